using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.KeyStore.Crypto;
using Nethereum.Util;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;

namespace Nethereum.KeyStore;

/// <summary>Opens encrypted key files: Web3 Secret Storage, version 3, with scrypt or PBKDF2 and AES-128 in counter mode.</summary>
public class KeyStoreService
{
    private const int CipherKeySize = 16;
    private const int LeastDerivedKey = 32;
    private const long MostScryptBytes = 1L << 30;

    public byte[] DecryptKeyStoreFromFile(string password, string filePath) => DecryptKeyStoreFromJson(password, File.ReadAllText(filePath));

    public byte[] DecryptKeyStoreFromJson(string password, string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (root.GetProperty("version").GetInt32() != 3) throw new NotSupportedException("Only version 3 of the key store format is supported");
        var crypto = Member(root, "crypto");
        var cipher = crypto.GetProperty("cipher").GetString();
        if (cipher != "aes-128-ctr") throw new NotSupportedException($"The cipher {cipher} is not supported");
        var cipherText = Bytes(crypto, "ciphertext");
        var derived = Derive(password, crypto.GetProperty("kdf").GetString(), crypto.GetProperty("kdfparams"));
        byte[] mac = Keccak256.Hash([.. derived.AsSpan(CipherKeySize, CipherKeySize), .. cipherText]);
        if (!CryptographicOperations.FixedTimeEquals(mac, Bytes(crypto, "mac")))
            throw new DecryptionException("Cannot derive the same mac as the one provided from the cipher and derived key");
        return Decrypt(derived.AsSpan(0, CipherKeySize), Bytes(crypto.GetProperty("cipherparams"), "iv"), cipherText);
    }

    public string GetAddressFromKeyStore(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("address").GetString()!;
    }

    private static byte[] Derive(string password, string? kdf, JsonElement parameters)
    {
        var size = parameters.GetProperty("dklen").GetInt32();
        if (size < LeastDerivedKey) throw new InvalidKdfException($"a derived key of {size} bytes");
        var (secret, salt) = (Encoding.UTF8.GetBytes(password), Bytes(parameters, "salt"));
        switch (kdf)
        {
            case "scrypt":
                var (n, r, p) = (parameters.GetProperty("n").GetInt32(), parameters.GetProperty("r").GetInt32(), parameters.GetProperty("p").GetInt32());
                if (n < 2 || (n & (n - 1)) != 0 || r < 1 || p < 1 || 128L * n * r > MostScryptBytes || 128L * r * p > MostScryptBytes) throw new InvalidKdfException($"scrypt with n = {n}, r = {r} and p = {p}");
                return SCrypt.Generate(secret, salt, n, r, p, size);
            case "pbkdf2":
                var prf = parameters.GetProperty("prf").GetString();
                if (prf != "hmac-sha256") throw new InvalidKdfException($"pbkdf2 with {prf}");
                return Rfc2898DeriveBytes.Pbkdf2(secret, salt, parameters.GetProperty("c").GetInt32(), HashAlgorithmName.SHA256, size);
            default:
                throw new InvalidKdfException(kdf ?? "none");
        }
    }

    private static byte[] Decrypt(ReadOnlySpan<byte> key, byte[] iv, byte[] cipherText)
    {
        var cipher = new BufferedBlockCipher(new SicBlockCipher(new AesEngine()));
        cipher.Init(false, new ParametersWithIV(new KeyParameter(key.ToArray()), iv));
        return cipher.DoFinal(cipherText);
    }

    private static byte[] Bytes(JsonElement element, string name) => element.GetProperty(name).GetString()!.HexToByteArray();

    /// <summary>Some writers spell the one name with a capital.</summary>
    private static JsonElement Member(JsonElement element, string name) =>
        element.EnumerateObject().FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value is { ValueKind: JsonValueKind.Object } value
            ? value
            : throw new KeyNotFoundException($"The key store has no {name}");
}

/// <summary>The file asks for a key derivation that is not supported.</summary>
public class InvalidKdfException(string kdf) : Exception("Invalid kdf:" + kdf);
