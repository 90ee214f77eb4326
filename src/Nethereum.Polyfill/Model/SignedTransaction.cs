using Nethereum.Util;

namespace Nethereum.Model;

public interface ISignedTransaction
{
    TransactionType TransactionType { get; }

    ISignature? Signature { get; }

    /// <summary>What is signed.</summary>
    byte[] RawHash { get; }

    /// <summary>The transaction's name on chain.</summary>
    byte[] Hash { get; }

    byte[] GetRLPEncoded();

    byte[] GetRLPEncodedRaw();

    void SetSignature(ISignature signature);
}

public abstract class SignedTransaction : ISignedTransaction
{
    public abstract TransactionType TransactionType { get; }

    public virtual ISignature? Signature { get; protected set; }

    public virtual byte[] RawHash => Keccak256.Hash(GetRLPEncodedRaw());

    public virtual byte[] Hash => Keccak256.Hash(GetRLPEncoded());

    public abstract byte[] GetRLPEncoded();

    public abstract byte[] GetRLPEncodedRaw();

    public abstract void SetSignature(ISignature signature);
}
