using Nethereum.Model;

namespace Nethereum.Signer;

public static class TransactionVerificationAndRecovery
{
    public static string GetSenderAddress(string rlp) => TransactionFactory.CreateTransaction(rlp).GetSenderAddress();

    public static string GetSenderAddress(this ISignedTransaction transaction) => Sender(transaction).GetPublicAddress();

    public static byte[] GetPublicKey(this ISignedTransaction transaction) => Sender(transaction).GetPubKey();

    public static bool VerifyTransaction(this ISignedTransaction transaction)
    {
        var signature = transaction.Signature!.ToEthECDSASignature();
        return Sender(transaction).VerifyAllowingOnlyLowS(transaction.RawHash, signature);
    }

    private static EthECKey Sender(ISignedTransaction transaction)
    {
        var signature = transaction.Signature ?? throw new InvalidOperationException("The transaction is not signed");
        return EthECKey.RecoverFromParityYSignature(signature.ToEthECDSASignature(), transaction.RawHash);
    }
}
