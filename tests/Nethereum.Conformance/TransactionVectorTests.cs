using System.Text.Json;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Model;
using Nethereum.Signer;
using Nethereum.Util;

namespace Nethereum.Conformance;

public class TransactionVectorTests
{
    private static IEnumerable<(string Bytes, JsonElement Cancun)> Cases() =>
        from file in Vectors.Load("transactiontests_eip1559_eip2930.json").EnumerateObject()
        from test in file.Value.EnumerateObject()
        select (test.Value.GetProperty("txbytes").GetString()!, test.Value.GetProperty("result").GetProperty("Cancun"));

    [Fact]
    public void The_2_valid_transactions_have_their_hash_and_sender()
    {
        var valid = Cases().Where(test => test.Cancun.TryGetProperty("sender", out _)).ToList();
        foreach (var (bytes, expected) in valid)
        {
            var transaction = TransactionFactory.CreateTransaction(bytes);
            Assert.Equal(expected.GetProperty("hash").GetString(), transaction.Hash.ToHex(true));
            Assert.True(transaction.GetSenderAddress().IsTheSameAddress(expected.GetProperty("sender").GetString()!));
            Assert.Equal(bytes, transaction.GetRLPEncoded().ToHex(true));
        }

        Assert.Equal(2, valid.Count);
    }

    [Fact]
    [Trait("Only", Vectors.StricterThanOfficial)]
    public void The_14_invalid_transactions_are_refused()
    {
        var invalid = Cases().Where(test => test.Cancun.TryGetProperty("exception", out _)).ToList();
        foreach (var (bytes, expected) in invalid)
        {
            var exception = Record.Exception(() => TransactionFactory.CreateTransaction(bytes));
            Assert.True(exception is FormatException, $"{expected}: {exception}");
        }

        Assert.Equal(14, invalid.Count);
    }
}
