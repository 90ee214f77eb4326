using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Model;
using Nethereum.RLP;
using Nethereum.Signer;
using Nethereum.Util;

namespace Nethereum.Conformance;

public class EthersTransactionTests
{
    private static readonly string[] LegacyFields = ["nonce", "gasPrice", "gasLimit", "to", "value", "data"];

    [Fact]
    public void All_1792_typed_transactions_are_encoded_signed_and_decoded() => EthersCases.Check("typed-transactions", 1792, test =>
    {
        var key = new EthECKey(test.Text("key"));
        Assert.True(key.GetPublicAddress().IsTheSameAddress(test.Text("address")));
        Assert.Equal(test.Text("unsigned"), Made(test.GetProperty("tx")).GetRLPEncodedRaw().ToHex(true));
        Assert.Equal(test.Text("signed"), "0x" + Signed(key, Made(test.GetProperty("tx"))));

        var read = TransactionFactory.CreateTransaction(test.Text("signed"));
        Assert.True(read.GetSenderAddress().IsTheSameAddress(test.Text("address")));
        Assert.Equal(test.Text("unsigned"), read.GetRLPEncodedRaw().ToHex(true));
        Assert.Equal(test.Text("signed"), read.GetRLPEncoded().ToHex(true));
        Assert.Equal(Sha3Keccack.Current.CalculateHash(test.Text("signed").HexToByteArray()), read.Hash);
    });

    /// <summary>The surface has no class for them: they are lists of RLP, signed with and without a chain.</summary>
    [Fact]
    public void All_1067_legacy_transactions_are_what_their_fields_and_signatures_encode_to() => EthersCases.Check("transactions", 1067, test =>
    {
        var key = new EthECKey(test.Text("privateKey"));
        Assert.True(key.GetPublicAddress().IsTheSameAddress(test.Text("accountAddress")));
        byte[][] fields = [.. LegacyFields.Select(name => LegacyField(test, name))];
        Assert.Equal(test.Text("unsignedTransaction"), List(fields));
        Assert.Equal(test.Text("signedTransaction"), List([.. fields, .. Signature(key.SignAndCalculateV(Hash(List(fields))))]));

        byte[][] ofChain = [.. fields, [5], [], []];
        Assert.Equal(test.Text("unsignedTransactionChainId5"), List(ofChain));
        Assert.Equal(test.Text("signedTransactionChainId5"), List([.. fields, .. Signature(key.SignAndCalculateV(Hash(List(ofChain)), 5))]));
    });

    [Fact]
    [Trait("Only", Vectors.StricterThanOfficial)]
    public void All_1067_legacy_transactions_are_refused_as_a_kind_that_the_surface_does_not_have() => EthersCases.Check("transactions", 1067, test =>
    {
        Assert.Throws<NotSupportedException>(() => TransactionFactory.CreateTransaction(test.Text("signedTransaction")));
        Assert.Throws<NotSupportedException>(() => TransactionFactory.CreateTransaction(test.Text("signedTransactionChainId5")));
    });

    private static SignedTypeTransaction Made(JsonElement tx) => tx.GetProperty("type").GetInt32() switch
    {
        1 => new Transaction2930(
            Number(tx, "chainId") ?? 0, Number(tx, "nonce"), Number(tx, "gasPrice"), Number(tx, "gasLimit"),
            Optional(tx, "to"), Number(tx, "value"), Optional(tx, "data"), Accesses(tx)),
        2 => new Transaction1559(
            Number(tx, "chainId") ?? 0, Number(tx, "nonce"), Number(tx, "maxPriorityFeePerGas"), Number(tx, "maxFeePerGas"), Number(tx, "gasLimit"),
            Optional(tx, "to"), Number(tx, "value"), Optional(tx, "data"), Accesses(tx)),
        var type => throw new NotSupportedException($"A transaction of type {type}"),
    };

    private static string Signed(EthECKey key, SignedTypeTransaction transaction) => transaction is Transaction1559 dynamicFee
        ? new Transaction1559Signer().SignTransaction(key, dynamicFee)
        : new Transaction2930Signer().SignTransaction(key, (Transaction2930)transaction);

    private static BigInteger? Number(JsonElement tx, string name)
    {
        if (!tx.TryGetProperty(name, out var value)) return null;
        return value.ValueKind == JsonValueKind.Number ? BigInteger.Parse(value.GetRawText(), CultureInfo.InvariantCulture) : value.GetString()!.HexToBigInteger(false);
    }

    private static string? Optional(JsonElement tx, string name) => tx.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static List<AccessListItem>? Accesses(JsonElement tx) => !tx.TryGetProperty("accessList", out var list)
        ? null
        : [.. list.EnumerateArray().Select(item => new AccessListItem(
            item.Text("address"), [.. item.GetProperty("storageKeys").EnumerateArray().Select(key => key.GetString()!.HexToByteArray())]))];

    // Numbers carry leading zeros here, which RLP does not.
    private static byte[] LegacyField(JsonElement test, string name)
    {
        var bytes = (Optional(test, name) ?? "").HexToByteArray();
        return name is "to" or "data" ? bytes : bytes.TrimZeroBytes();
    }

    private static byte[][] Signature(EthECDSASignature signature) => [signature.V, signature.R, signature.S];

    private static string List(byte[][] fields) => RLP.RLP.EncodeList([.. fields.Select(RLP.RLP.EncodeElement)]).ToHex(true);

    private static byte[] Hash(string encoded) => Sha3Keccack.Current.CalculateHash(encoded.HexToByteArray());
}
