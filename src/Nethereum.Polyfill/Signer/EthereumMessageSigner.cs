using System.Globalization;
using System.Text;
using Nethereum.Util;

namespace Nethereum.Signer;

/// <summary>EIP-191 personal messages: the text gets its prefix and length before it is hashed.</summary>
public class EthereumMessageSigner : MessageSigner
{
    public override string EcRecover(byte[] message, string signature) =>
        base.EcRecover(HashPrefixedMessage(message), signature);

    public byte[] HashAndHashPrefixedMessage(byte[] message) => HashPrefixedMessage(Hash(message));

    public override string HashAndSign(byte[] plainMessage, EthECKey key) => base.Sign(HashAndHashPrefixedMessage(plainMessage), key);

    public byte[] HashPrefixedMessage(string plainMessage) => HashPrefixedMessage(Encoding.UTF8.GetBytes(plainMessage));

    public byte[] HashPrefixedMessage(byte[] message)
    {
        var length = message.Length.ToString(CultureInfo.InvariantCulture);
        return Keccak256.Hash([.. "\u0019Ethereum Signed Message:\n"u8, .. Encoding.ASCII.GetBytes(length), .. message]);
    }

    public override string Sign(byte[] message, EthECKey key) => base.Sign(HashPrefixedMessage(message), key);

    public string EncodeUTF8AndSign(string message, EthECKey key) => Sign(Encoding.UTF8.GetBytes(message), key);

    public string EncodeUTF8AndEcRecover(string message, string signature) => EcRecover(Encoding.UTF8.GetBytes(message), signature);
}
