using System.Numerics;

namespace Nethereum.Model;

/// <summary>Amounts are in wei, data is hexadecimal; no receiver means a deployment.</summary>
public class Transaction2930 : SignedTypeTransaction
{
    public Transaction2930(BigInteger chainId, BigInteger? nonce, BigInteger? gasPrice, BigInteger? gasLimit,
        string? receiverAddress, BigInteger? amount, string? data, List<AccessListItem>? accessList)
    {
        ChainId = chainId;
        Nonce = nonce;
        GasPrice = gasPrice;
        GasLimit = gasLimit;
        ReceiverAddress = receiverAddress;
        Amount = amount;
        Data = data;
        AccessList = accessList;
    }

    public BigInteger ChainId { get; }

    public BigInteger? Nonce { get; }

    public BigInteger? GasPrice { get; }

    public BigInteger? GasLimit { get; }

    public string? ReceiverAddress { get; }

    public BigInteger? Amount { get; }

    public string? Data { get; }

    public List<AccessListItem>? AccessList { get; }

    public override TransactionType TransactionType => TransactionType.LegacyEIP2930;

    private protected override byte[][] Fields() =>
    [
        Quantity(ChainId), Quantity(Nonce), Quantity(GasPrice), Quantity(GasLimit),
        Address(ReceiverAddress), Quantity(Amount), Payload(Data), Accesses(AccessList),
    ];
}
