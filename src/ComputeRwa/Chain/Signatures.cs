using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;
using Nethereum.JsonRpc.Client;
using Nethereum.Signer;

namespace ComputeRwa.Chain;

/// <summary>Signatures as the contracts take them: r, s and v of 27 or 28, with the lower of the two possible s.</summary>
internal static class Signatures
{
    private const int Length = 65;

    private static readonly BigInteger HalfOrder =
        BigInteger.Parse("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0", System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The account whose key made the signature; malformed input gives a reason, never an exception.</summary>
    public static bool TryRecover(Hash32 digest, ReadOnlySpan<byte> signature, out Address signer, [NotNullWhen(false)] out string? reason)
    {
        signer = default;
        reason = null;
        if (signature.Length != Length) reason = $"must have {Length} bytes, not {signature.Length}";
        else if (signature[64] is not (27 or 28)) reason = "must end in a v of 27 or 28";
        else if (new BigInteger(signature[32..64], isUnsigned: true, isBigEndian: true) > HalfOrder) reason = "must have the lower of the two possible s";
        if (reason is not null) return false;
        try
        {
            var parts = EthECDSASignatureFactory.FromComponents(signature[..32].ToArray(), signature[32..64].ToArray(), signature[64]);
            signer = Address.Parse(EthECKey.RecoverFromSignature(parts, digest.ToBytes()).GetPublicAddress());
            return true;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or ArithmeticException or InvalidOperationException or IndexOutOfRangeException)
        {
            reason = "is not a signature of any key";
            return false;
        }
    }

    public static bool IsBy(Address signer, Hash32 digest, ReadOnlySpan<byte> signature, [NotNullWhen(false)] out string? reason)
    {
        if (!TryRecover(digest, signature, out var recovered, out reason)) return false;
        if (recovered != signer) reason = $"is by {recovered}, not by {signer}";
        return recovered == signer;
    }

    /// <summary>0x hex of any whole number of bytes, up to what a wallet contract may reasonably want.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text is null || text.Length is < 4 or > 2 + 2 * 8192 || text.Length % 2 != 0 || !Hex.IsHex(text, text.Length / 2 - 1)) return false;
        bytes = Convert.FromHexString(text.AsSpan(2));
        return true;
    }
}

/// <summary>Whether an account has signed, the way contracts/libraries/Signature.sol asks: its key first, then the account's code.</summary>
internal sealed class SignatureCheck(ChainClient chain)
{
    private static readonly byte[] Magic = [0x16, 0x26, 0xba, 0x7e];

    /// <summary>The bytes of a signature by <paramref name="signer"/>, or the error (400 malformed, 403 another's) that names the field.</summary>
    /// <exception cref="UnavailableException">It may be a wallet contract's signature and the node does not answer.</exception>
    public async Task<Result<byte[]>> Check(string? signature, Address signer, Hash32 digest, string field)
    {
        if (!Signatures.TryParse(signature, out var bytes)) return Error.Invalid(field, "must be 0x and the hex digits of a signature");
        if (Signatures.IsBy(signer, digest, bytes, out var reason)) return bytes;
        if (await chain.HasCode(signer))
            return await IsValidByCode(digest, signer, bytes) ? bytes : new Error("wrong-signature", $"The wallet at {signer} does not take this signature as its own.", [new(field, "is not the wallet's")]);
        return Signatures.TryRecover(digest, bytes, out _, out _)
            ? new Error("wrong-signature", $"{field} {reason}.", [new(field, reason)])
            : Error.Invalid(field, reason);
    }

    /// <summary>True when the account's key made the signature, or the account has code that says so (ERC-1271).</summary>
    public async Task<bool> IsValidSignature(Hash32 digest, Address account, byte[] signature) =>
        Signatures.IsBy(account, digest, signature, out _) || (await chain.HasCode(account) && await IsValidByCode(digest, account, signature));

    private async Task<bool> IsValidByCode(Hash32 digest, Address account, byte[] signature)
    {
        try
        {
            var answer = await chain.Ask<Erc1271.IsValidSignature, byte[]>(account, new() { Hash = digest.ToBytes(), Signature = signature });
            return answer is not null && answer.AsSpan().StartsWith(Magic);
        }
        catch (Exception e) when (e is RpcResponseException or Nethereum.Contracts.SmartContractCustomErrorRevertException or Nethereum.ABI.FunctionEncoding.SmartContractRevertException)
        {
            return false; // a contract that reverts does not vouch for the signature
        }
    }
}
