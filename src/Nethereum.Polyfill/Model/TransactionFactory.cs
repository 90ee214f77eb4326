using System.Numerics;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.RLP;

namespace Nethereum.Model;

/// <summary>Decodes signed EIP-1559 and EIP-2930 transactions and refuses what no node would take.</summary>
public static class TransactionFactory
{
    private const int AddressSize = 20;
    private const int WordSize = 32;
    private const int Fields1559 = 9;
    private const int Fields2930 = 8;
    private const int SignatureFields = 3;

    public static ISignedTransaction CreateTransaction(string rlpHex) => CreateTransaction(rlpHex.HexToByteArray());

    public static ISignedTransaction CreateTransaction(byte[] rlp)
    {
        if (rlp.Length == 0) throw new FormatException("A transaction has at least one byte");
        var type = (TransactionType)rlp[0];
        return type switch
        {
            TransactionType.EIP1559 => Decode1559(Fields(rlp, Fields1559)),
            TransactionType.LegacyEIP2930 => Decode2930(Fields(rlp, Fields2930)),
            _ => throw new NotSupportedException($"Transactions that start with 0x{rlp[0]:x2} are not supported"),
        };
    }

    private static Transaction1559 Decode1559(RLPCollection fields)
    {
        var maxPriorityFee = Quantity(fields[2], WordSize);
        var maxFee = Quantity(fields[3], WordSize);
        var gasLimit = Quantity(fields[4], sizeof(ulong));
        if (maxPriorityFee > maxFee) throw new FormatException("The priority fee is greater than the whole fee");
        RequireAffordable(gasLimit, maxFee);
        return Signed(
            new Transaction1559(Quantity(fields[0], WordSize), Quantity(fields[1], sizeof(ulong)), maxPriorityFee, maxFee, gasLimit,
                Receiver(fields[5]), Quantity(fields[6], WordSize), Data(fields[7]), Accesses(fields[8])),
            Fields1559, fields);
    }

    private static Transaction2930 Decode2930(RLPCollection fields)
    {
        var gasPrice = Quantity(fields[2], WordSize);
        var gasLimit = Quantity(fields[3], sizeof(ulong));
        RequireAffordable(gasLimit, gasPrice);
        return Signed(
            new Transaction2930(Quantity(fields[0], WordSize), Quantity(fields[1], sizeof(ulong)), gasPrice, gasLimit,
                Receiver(fields[4]), Quantity(fields[5], WordSize), Data(fields[6]), Accesses(fields[7])),
            Fields2930, fields);
    }

    private static RLPCollection Fields(byte[] rlp, int count)
    {
        var fields = List(RLP.RLP.Decode(rlp[1..]));
        return fields.Count == count || fields.Count == count + SignatureFields
            ? fields
            : throw new FormatException($"A transaction of type {rlp[0]} has {count} fields and its signature, not {fields.Count}");
    }

    private static T Signed<T>(T transaction, int unsignedCount, RLPCollection fields) where T : SignedTypeTransaction
    {
        if (fields.Count == unsignedCount) return transaction;
        var parity = Quantity(fields[unsignedCount], WordSize);
        if (parity > 1) throw new FormatException("A signature's parity is 0 or 1");
        transaction.SetSignature(new Signature(
            Quantity(fields[unsignedCount + 1], WordSize).ToBytesForRLPEncoding(),
            Quantity(fields[unsignedCount + 2], WordSize).ToBytesForRLPEncoding(),
            parity.ToBytesForRLPEncoding()));
        return transaction;
    }

    private static void RequireAffordable(BigInteger gasLimit, BigInteger feePerGas)
    {
        if ((gasLimit * feePerGas).GetByteCount(isUnsigned: true) > WordSize) throw new FormatException("Gas limit times fee exceeds 256 bits");
    }

    private static BigInteger Quantity(IRLPElement element, int size)
    {
        var bytes = Item(element);
        if (bytes.Length > size) throw new FormatException($"A number exceeds {size} bytes");
        if (bytes is [0, ..]) throw new FormatException("A number has leading zeros");
        return bytes.ToBigIntegerFromRLPDecoded();
    }

    private static string? Receiver(IRLPElement element)
    {
        var bytes = Item(element);
        return bytes.Length == 0 ? null : Fixed(bytes, AddressSize).ToHex(true);
    }

    private static string Data(IRLPElement element) => Item(element).ToHex(true);

    private static List<AccessListItem> Accesses(IRLPElement element) =>
        [.. List(element).Select(List).Select(item => item.Count == 2
            ? new AccessListItem(Fixed(Item(item[0]), AddressSize).ToHex(true), [.. List(item[1]).Select(key => Fixed(Item(key), WordSize))])
            : throw new FormatException("An access list's item has an address and its keys"))];

    private static byte[] Fixed(byte[] bytes, int size) =>
        bytes.Length == size ? bytes : throw new FormatException($"{size} bytes are expected, not {bytes.Length}");

    private static byte[] Item(IRLPElement element) =>
        element is RLPItem item ? item.RLPData ?? [] : throw new FormatException("An RLP item is expected, not a list");

    private static RLPCollection List(IRLPElement element) =>
        element as RLPCollection ?? throw new FormatException("An RLP list is expected, not an item");
}
