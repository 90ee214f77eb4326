using Nethereum.Util;

namespace Nethereum.Signer;

/// <summary>Signs and recovers 32-byte hashes; signatures are hexadecimal text of r, s and v.</summary>
public class MessageSigner
{
    public virtual string EcRecover(byte[] hashMessage, string signature) =>
        EcRecover(hashMessage, ExtractEcdsaSignature(signature));

    public virtual string EcRecover(byte[] hashMessage, EthECDSASignature signature) =>
        EthECKey.RecoverFromSignature(signature, hashMessage).GetPublicAddress();

    public byte[] Hash(byte[] plainMessage) => Keccak256.Hash(plainMessage);

    public virtual string HashAndEcRecover(string plainMessage, string signature) =>
        EcRecover(Sha3Keccack.Current.CalculateHashAsBytes(plainMessage), signature);

    public string HashAndSign(string plainMessage, string privateKey) =>
        HashAndSign(System.Text.Encoding.UTF8.GetBytes(plainMessage), new EthECKey(privateKey));

    public string HashAndSign(byte[] plainMessage, string privateKey) => HashAndSign(plainMessage, new EthECKey(privateKey));

    public virtual string HashAndSign(byte[] plainMessage, EthECKey key) => Sign(Hash(plainMessage), key);

    public string Sign(byte[] message, string privateKey) => Sign(message, new EthECKey(privateKey));

    public virtual string Sign(byte[] message, EthECKey key) => EthECDSASignature.CreateStringSignature(SignAndCalculateV(message, key));

    public virtual EthECDSASignature SignAndCalculateV(byte[] message, EthECKey key) => key.SignAndCalculateV(message);

    public static EthECDSASignature ExtractEcdsaSignature(string signature) => EthECDSASignatureFactory.ExtractECDSASignature(signature);
}
