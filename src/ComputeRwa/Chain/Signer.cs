using System.Numerics;
using ComputeRwa.Kernel;
using Nethereum.Model;

namespace ComputeRwa.Chain;

/// <summary>What a unit of gas may cost, wei.</summary>
internal readonly record struct Fees(BigInteger Max, BigInteger MaxPriority);

/// <summary>A transaction before it is signed. It carries no value: this program never moves ether but for gas.</summary>
internal sealed record UnsignedTransaction(long ChainId, long Nonce, Fees Fees, long GasLimit, Address To, string CallData)
{
    public const string NoData = "0x";

    public Transaction1559 ToTransaction() => new(ChainId, Nonce, Fees.MaxPriority, Fees.Max, GasLimit, To.Value, BigInteger.Zero, CallData, null);
}

/// <summary>The signed bytes (0x) and their hash.</summary>
internal sealed record SignedTransaction(string Raw, Hash32 Hash)
{
    public static SignedTransaction Of(byte[] raw) => new("0x" + Convert.ToHexStringLower(raw), Keccak.Hash(raw));
}

/// <summary>
/// A key that pays gas; no contract gives it any right. Where the key is, in this process or behind a remote signer, is the
/// implementation's business: it signs, and there is no way to get a key back out.
/// </summary>
internal interface ISigner
{
    Address Address { get; }

    /// <exception cref="Http.UnavailableException">The signer cannot be asked at the moment.</exception>
    ValueTask<SignedTransaction> Sign(UnsignedTransaction transaction);
}
