using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Model;

namespace Nethereum.Signer;

/// <summary>Signs typed transactions; the result is their encoding in hexadecimal without 0x.</summary>
public class TypeTransactionSigner<T> where T : SignedTypeTransaction
{
    public string SignTransaction(string privateKey, T transaction) => SignTransaction(new EthECKey(privateKey), transaction);

    public string SignTransaction(byte[] privateKey, T transaction) => SignTransaction(new EthECKey(privateKey, true), transaction);

    public string SignTransaction(EthECKey ecKey, T transaction)
    {
        transaction.SetSignature(ecKey.SignAndCalculateYParityV(transaction.RawHash));
        return transaction.GetRLPEncoded().ToHex();
    }
}

public class Transaction1559Signer : TypeTransactionSigner<Transaction1559>;

public class Transaction2930Signer : TypeTransactionSigner<Transaction2930>;
