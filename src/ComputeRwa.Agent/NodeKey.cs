using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using ComputeRwa.Kernel;
using Nethereum.KeyStore;
using Nethereum.KeyStore.Crypto;
using Nethereum.Signer;

namespace ComputeRwa.Agent;

/// <summary>The key that signs this node's batches. It has no public member but its address, which is also its text.</summary>
[DebuggerDisplay("{Address}")]
internal sealed class NodeKey
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private readonly EthECKey _key;

    private NodeKey(EthECKey key) => (_key, Address) = (key, Kernel.Address.Parse(key.GetPublicAddress()));

    public Address Address { get; }

    /// <summary>Opens a file with 0x and 64 hex digits, or an encrypted one (Web3 Secret Storage, version 3).</summary>
    /// <param name="passwordPath">of the encrypted one</param>
    /// <exception cref="SetupException">It cannot be used. The message repeats neither key nor password.</exception>
    public static NodeKey Open(string path, string? passwordPath)
    {
        var text = Secret(path);
        if (!text.StartsWith('{'))
            return Hex.IsHex(text, 32) ? Of(Convert.FromHexString(text.AsSpan(2)), path) : throw new SetupException($"{path} must hold 0x and 64 hex digits, or be a key file of version 3.");
        if (passwordPath is null) throw new SetupException($"{path} is encrypted: name its password with --password-file.");
        try
        {
            return Of(new KeyStoreService().DecryptKeyStoreFromJson(Secret(passwordPath), text), path);
        }
        catch (DecryptionException)
        {
            throw new SetupException($"The password in {passwordPath} does not open {path}.");
        }
        catch (Exception e) when (e is not SetupException)
        {
            throw new SetupException($"{path} is no key file of version 3 that can be read here: {e.Message}");
        }
    }

    /// <summary>A secret's file, without the line's end.</summary>
    /// <exception cref="SetupException">It cannot be read, or others than its owner can.</exception>
    public static string Secret(string path)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
                throw new SetupException($"{path} is open to others than its owner: chmod 600 it.");
            return File.ReadAllText(path, Encoding.UTF8).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"{path} cannot be read: {e.Message}");
        }
    }

    public string Sign(Hash32 hash) => new EthereumMessageSigner().Sign(hash.ToBytes(), _key);

    /// <summary>Whose signature it is; null when it is nobody's.</summary>
    public static Address? SignerOf(Hash32 hash, string signature)
    {
        try
        {
            return Kernel.Address.Parse(new EthereumMessageSigner().EcRecover(hash.ToBytes(), signature));
        }
        catch (Exception e) when (e is ArgumentException or FormatException or ArithmeticException or InvalidOperationException or IndexOutOfRangeException)
        {
            return null; // a damaged file's signature is not one of any key
        }
    }

    public override string ToString() => Address.Value;

    private static NodeKey Of(byte[] bytes, string path)
    {
        EthECKey.SignRecoverable = true;
        // As the service's own keys: one key in 256 is not worth Nethereum's special case.
        if (bytes is not { Length: 32 } || bytes[0] == 0) throw new SetupException($"The key in {path} begins with a zero byte, which is not supported; use another key.");
        try
        {
            return new(new EthECKey(bytes, true));
        }
        catch (ArgumentException)
        {
            throw new SetupException($"{path} does not hold a private key of secp256k1.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}

/// <summary>Something in the settings stands in the way, and trying again will not help.</summary>
internal sealed class SetupException(string message) : Exception(message);
