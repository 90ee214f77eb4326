namespace Nethereum.KeyStore.Crypto;

/// <summary>The password is not the one that the key was encrypted with.</summary>
public class DecryptionException(string message) : Exception(message);
