using System.Diagnostics;
using System.Numerics;
using ComputeRwa.Kernel;
using Nethereum.Model;
using Nethereum.Signer;

namespace ComputeRwa.Chain;

/// <summary>
/// The key that pays gas; no contract gives it any right. It can sign transactions, and there is no way to get it back out:
/// it has no public member, and its text is the address.
/// </summary>
[DebuggerDisplay("{Address}")]
internal sealed class OperatorKey
{
    private readonly EthECKey _key;

    private OperatorKey(EthECKey key) => (_key, Address) = (key, Kernel.Address.Parse(key.GetPublicAddress()));

    public Address Address { get; }

    /// <exception cref="InvalidOperationException">The text is no usable key. The message never repeats it.</exception>
    public static OperatorKey Parse(string text)
    {
        if (!Hex.IsHex(text, 32)) throw new InvalidOperationException("Chain:OperatorKey must be 0x and 64 hex digits.");
        var bytes = Convert.FromHexString(text.AsSpan(2));
        // Nethereum up to 6.5 cannot sign recoverably with such a key; one key in 256 is not worth a special case.
        if (bytes[0] == 0) throw new InvalidOperationException("Chain:OperatorKey begins with a zero byte, which is not supported; use another key.");
        try
        {
            return new(new EthECKey(bytes, true));
        }
        catch (ArgumentException)
        {
            throw new InvalidOperationException("Chain:OperatorKey is not a private key of secp256k1.");
        }
    }

    /// <summary>The signed bytes (0x) and their hash.</summary>
    public (string Raw, Hash32 Hash) Sign(long chainId, long nonce, Fees fees, long gasLimit, Address to, string callData)
    {
        var transaction = new Transaction1559(chainId, nonce, fees.MaxPriority, fees.Max, gasLimit, to.Value, BigInteger.Zero, callData, null);
        var raw = new Transaction1559Signer().SignTransaction(_key, transaction);
        return ("0x" + raw, Keccak.Hash(Convert.FromHexString(raw)));
    }

    public override string ToString() => Address.Value;
}

/// <summary>What a unit of gas may cost, wei.</summary>
internal readonly record struct Fees(BigInteger Max, BigInteger MaxPriority);
