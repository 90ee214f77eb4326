using System.Numerics;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Model;
using Nethereum.Signer;
using Nethereum.Util;

namespace Nethereum.Conformance;

public class TransactionTests
{
    private const string Receiver = "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB";

    private static readonly EthECKey Key = new("0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318");

    [Fact]
    public void A_signed_transaction_is_decoded_as_it_was_made()
    {
        var made = new Transaction1559(31337, 7, 2_000_000_000, 30_000_000_000, 21_000, Receiver, 5, "0xabcdef", null);
        var signed = new Transaction1559Signer().SignTransaction(Key, made);

        Assert.StartsWith("02", signed, StringComparison.Ordinal);
        var read = Assert.IsType<Transaction1559>(TransactionFactory.CreateTransaction(signed));
        Assert.Equal(Key.GetPublicAddress(), read.GetSenderAddress());
        Assert.Equal(Sha3Keccack.Current.CalculateHash(signed.HexToByteArray()), made.Hash);
        Assert.Equal(made.Hash, read.Hash);
        Assert.Equal((BigInteger)31337, (BigInteger)read.ChainId);
        Assert.Equal((BigInteger)7, (BigInteger)read.Nonce!.Value);
        Assert.Equal((BigInteger)2_000_000_000, (BigInteger)read.MaxPriorityFeePerGas!.Value);
        Assert.Equal((BigInteger)30_000_000_000, (BigInteger)read.MaxFeePerGas!.Value);
        Assert.Equal((BigInteger)21_000, (BigInteger)read.GasLimit!.Value);
        Assert.Equal((BigInteger)5, (BigInteger)read.Amount!.Value);
        Assert.True(read.ReceiverAddress!.IsTheSameAddress(Receiver));
        Assert.True(read.Data!.IsTheSameHex("abcdef"));
    }

    [Fact]
    public void A_deployment_has_no_receiver()
    {
        var signed = new Transaction1559Signer().SignTransaction(Key, new Transaction1559(1, 0, 0, 0, 100_000, null, 0, "0x6000", null));
        var read = (Transaction1559)TransactionFactory.CreateTransaction(signed);
        Assert.True(string.IsNullOrEmpty(read.ReceiverAddress));
    }

    [Fact]
    public void An_access_list_is_signed_too()
    {
        var accesses = new List<AccessListItem> { new(Receiver, [new byte[32]]) };
        var plain = new Transaction1559(1, 0, 1, 2, 100_000, Receiver, 0, "", null);
        var listed = new Transaction1559(1, 0, 1, 2, 100_000, Receiver, 0, "", accesses);
        Assert.NotEqual(plain.RawHash, listed.RawHash);
        var read = (Transaction1559)TransactionFactory.CreateTransaction(new Transaction1559Signer().SignTransaction(Key, listed));
        Assert.True(Assert.Single(read.AccessList!).Address.IsTheSameAddress(Receiver));
        Assert.Equal(Key.GetPublicAddress(), read.GetSenderAddress());
    }

    [Fact]
    public void Any_transaction_gives_back_its_sender() => Property.HoldsForSeeds(random =>
    {
        var key = new EthECKey(random.Bytes(32), true);
        var transaction = new Transaction1559(
            random.Next(), random.Next(), random.Next(1000), random.NextInt64(1000, long.MaxValue), random.Next(), Receiver, random.NextInt64(),
            random.Bytes(random.Next(300)).ToHex(true), null);
        var signed = new Transaction1559Signer().SignTransaction(key, transaction);
        return TransactionFactory.CreateTransaction(signed).GetSenderAddress() == key.GetPublicAddress();
    });
}
