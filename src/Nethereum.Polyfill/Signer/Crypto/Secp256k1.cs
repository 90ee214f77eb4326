namespace Nethereum.Signer.Crypto;

/// <summary>libsecp256k1 where it is installed, otherwise managed code about six times slower; both give the same bytes.</summary>
internal static class Secp256k1
{
    public const int ScalarSize = 32;
    public const int SignatureSize = 64;
    public const int PublicKeySize = 65;

    /// <summary>Forces the managed code.</summary>
    private const string ManagedSwitch = "Nethereum.Polyfill.ManagedSecp256k1";

    private static readonly ManagedSecp256k1 Managed = new();
    private static readonly NativeSecp256k1? Native = NativeSecp256k1.TryCreate();

    public static ISecp256k1 Current =>
        Native is null || (AppContext.TryGetSwitch(ManagedSwitch, out var managed) && managed) ? Managed : Native;
}
