using System.Numerics;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.RLP;

namespace Nethereum.Model;

/// <summary>An EIP-2718 transaction: a type byte before a list of fields, the signature's parity, r and s last.</summary>
public abstract class SignedTypeTransaction : SignedTransaction
{
    public override void SetSignature(ISignature signature) => Signature = signature;

    public override byte[] GetRLPEncodedRaw() => Encode(Fields());

    public override byte[] GetRLPEncoded()
    {
        if (Signature is null) return GetRLPEncodedRaw();
        return Encode([.. Fields(), RLP.RLP.EncodeElement(Parity(Signature.V)), RLP.RLP.EncodeElement(Signature.R), RLP.RLP.EncodeElement(Signature.S)]);
    }

    private protected abstract byte[][] Fields();

    private protected static byte[] Quantity(BigInteger? value) =>
        RLP.RLP.EncodeElement((value ?? BigInteger.Zero).ToBytesForRLPEncoding());

    private protected static byte[] Address(string? address) =>
        RLP.RLP.EncodeElement(string.IsNullOrEmpty(address) ? null : address.HexToByteArray());

    private protected static byte[] Payload(string? data) => RLP.RLP.EncodeElement((data ?? "").HexToByteArray());

    private protected static byte[] Accesses(List<AccessListItem>? accessList) => RLP.RLP.EncodeList(
        [.. (accessList ?? []).Select(item => RLP.RLP.EncodeList(
            Address(item.Address),
            RLP.RLP.EncodeList([.. item.StorageKeys.Select(RLP.RLP.EncodeElement)])))]);

    private byte[] Encode(byte[][] fields) => [TransactionType.AsByte(), .. RLP.RLP.EncodeList(fields)];

    // A parity is a number to RLP, so zero is empty.
    private static byte[] Parity(byte[] v) => v.TrimZeroBytes();
}
