namespace Nethereum.Model;

public enum TransactionType
{
    LegacyChainTransaction = -2,
    LegacyTransaction = -1,
    LegacyEIP2930 = 1,
    EIP1559 = 2,
}

public static class TransactionTypeExtensions
{
    public static byte AsByte(this TransactionType transactionType) => (byte)transactionType;
}
