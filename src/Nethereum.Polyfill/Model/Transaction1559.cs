using System.Numerics;

namespace Nethereum.Model;

/// <summary>Amounts are in wei, data is hexadecimal; no receiver means a deployment.</summary>
public class Transaction1559 : SignedTypeTransaction
{
    public Transaction1559(BigInteger chainId, BigInteger? nonce, BigInteger? maxPriorityFeePerGas, BigInteger? maxFeePerGas,
        BigInteger? gasLimit, string? receiverAddress, BigInteger? amount, string? data, List<AccessListItem>? accessList)
    {
        ChainId = chainId;
        Nonce = nonce;
        MaxPriorityFeePerGas = maxPriorityFeePerGas;
        MaxFeePerGas = maxFeePerGas;
        GasLimit = gasLimit;
        ReceiverAddress = receiverAddress;
        Amount = amount;
        Data = data;
        AccessList = accessList;
    }

    public Transaction1559(BigInteger chainId, BigInteger nonce, BigInteger maxPriorityFeePerGas, BigInteger maxFeePerGas,
        BigInteger gasLimit, string? receiverAddress, BigInteger amount, string? data, List<AccessListItem>? accessList, Signature signature)
        : this(chainId, nonce, maxPriorityFeePerGas, maxFeePerGas, gasLimit, receiverAddress, amount, data, accessList) =>
        SetSignature(signature);

    public BigInteger ChainId { get; }

    public BigInteger? Nonce { get; }

    public BigInteger? MaxPriorityFeePerGas { get; }

    public BigInteger? MaxFeePerGas { get; }

    public BigInteger? GasLimit { get; }

    public string? ReceiverAddress { get; }

    public BigInteger? Amount { get; }

    public string? Data { get; }

    public List<AccessListItem>? AccessList { get; }

    public override TransactionType TransactionType => TransactionType.EIP1559;

    private protected override byte[][] Fields() =>
    [
        Quantity(ChainId), Quantity(Nonce), Quantity(MaxPriorityFeePerGas), Quantity(MaxFeePerGas), Quantity(GasLimit),
        Address(ReceiverAddress), Quantity(Amount), Payload(Data), Accesses(AccessList),
    ];
}
