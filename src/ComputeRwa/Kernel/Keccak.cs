using Nethereum.Util;

namespace ComputeRwa.Kernel;

/// <summary>Keccak-256, the EVM's hash (not NIST SHA3-256).</summary>
internal static class Keccak
{
    public static byte[] Of(byte[] bytes) => Sha3Keccack.Current.CalculateHash(bytes);
    public static Hash32 Hash(byte[] bytes) => Hash32.Of(Of(bytes));
}
