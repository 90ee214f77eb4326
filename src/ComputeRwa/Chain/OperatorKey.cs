using System.Diagnostics;
using System.Security.Cryptography;
using ComputeRwa.Kernel;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.KeyStore;
using Nethereum.KeyStore.Crypto;
using Nethereum.Signer;

namespace ComputeRwa.Chain;

/// <summary>A key in this process, from the settings or an encrypted file. It has no public member but its address, which is also its text.</summary>
[DebuggerDisplay("{Address}")]
internal sealed class OperatorKey : ISigner
{
    private readonly EthECKey _key;

    private OperatorKey(EthECKey key) => (_key, Address) = (key, Kernel.Address.Parse(key.GetPublicAddress()));

    public Address Address { get; }

    /// <param name="setting">what the message names</param>
    /// <exception cref="InvalidOperationException">The text is no usable key. The message never repeats it.</exception>
    public static OperatorKey Parse(string text, string setting = "Chain:OperatorKey")
    {
        if (!Hex.IsHex(text, 32)) throw new InvalidOperationException($"{setting} must be 0x and 64 hex digits.");
        return Of(Convert.FromHexString(text.AsSpan(2)), setting);
    }

    /// <summary>Opens an encrypted key file (Web3 Secret Storage, version 3).</summary>
    /// <exception cref="InvalidOperationException">It cannot be opened. The message repeats neither key nor password.</exception>
    public static OperatorKey Open(string path, string password, string setting)
    {
        byte[] key;
        try
        {
            key = new KeyStoreService().DecryptKeyStoreFromJson(password, File.ReadAllText(path));
        }
        catch (DecryptionException)
        {
            throw new InvalidOperationException($"{setting}: the password does not open {path}.");
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{setting}: {path} is no key file of version 3 that can be read here: {e.Message}");
        }
        return Of(key, setting);
    }

    private static OperatorKey Of(byte[] bytes, string setting)
    {
        // Nethereum up to 6.5 cannot sign recoverably with such a key; one key in 256 is not worth a special case.
        if (bytes is not { Length: 32 } || bytes[0] == 0) throw new InvalidOperationException($"{setting} begins with a zero byte, which is not supported; use another key.");
        try
        {
            return new(new EthECKey(bytes, true));
        }
        catch (ArgumentException)
        {
            throw new InvalidOperationException($"{setting} is not a private key of secp256k1.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    public ValueTask<SignedTransaction> Sign(UnsignedTransaction transaction) =>
        ValueTask.FromResult(SignedTransaction.Of(new Transaction1559Signer().SignTransaction(_key, transaction.ToTransaction()).HexToByteArray()));

    public override string ToString() => Address.Value;
}
