using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Nethereum.Signer.Crypto;

/// <summary>libsecp256k1. One context, never changed after its start, so all threads share it.</summary>
internal sealed unsafe class NativeSecp256k1 : ISecp256k1
{
    // Releases before 0.2 need both flags; later ones ignore them.
    private const uint SignAndVerify = 0x0301;
    private const uint Uncompressed = 0x0002;
    private const int OpaqueSignatureSize = 65;
    private const int OpaquePublicKeySize = 64;

    private static readonly string[] LibraryNames = ["libsecp256k1.so.1", "libsecp256k1.so.2", "libsecp256k1.so.0", "libsecp256k1"];

    private readonly void* _context;
    private readonly delegate* unmanaged<void*, byte*, int> _verifySecretKey;
    private readonly delegate* unmanaged<void*, byte*, byte*, int> _createPublicKey;
    private readonly delegate* unmanaged<void*, byte*, nuint*, byte*, uint, int> _serializePublicKey;
    private readonly delegate* unmanaged<void*, byte*, byte*, byte*, void*, void*, int> _signRecoverable;
    private readonly delegate* unmanaged<void*, byte*, int*, byte*, int> _serializeSignature;
    private readonly delegate* unmanaged<void*, byte*, byte*, int, int> _parseSignature;
    private readonly delegate* unmanaged<void*, byte*, byte*, byte*, int> _recover;

    private NativeSecp256k1(nint library)
    {
        _verifySecretKey = (delegate* unmanaged<void*, byte*, int>)Export(library, "ec_seckey_verify");
        _createPublicKey = (delegate* unmanaged<void*, byte*, byte*, int>)Export(library, "ec_pubkey_create");
        _serializePublicKey = (delegate* unmanaged<void*, byte*, nuint*, byte*, uint, int>)Export(library, "ec_pubkey_serialize");
        _signRecoverable = (delegate* unmanaged<void*, byte*, byte*, byte*, void*, void*, int>)Export(library, "ecdsa_sign_recoverable");
        _serializeSignature = (delegate* unmanaged<void*, byte*, int*, byte*, int>)Export(library, "ecdsa_recoverable_signature_serialize_compact");
        _parseSignature = (delegate* unmanaged<void*, byte*, byte*, int, int>)Export(library, "ecdsa_recoverable_signature_parse_compact");
        _recover = (delegate* unmanaged<void*, byte*, byte*, byte*, int>)Export(library, "ecdsa_recover");

        var create = (delegate* unmanaged<uint, void*>)Export(library, "context_create");
        var randomize = (delegate* unmanaged<void*, byte*, int>)Export(library, "context_randomize");
        _context = create(SignAndVerify);
        Span<byte> seed = stackalloc byte[Secp256k1.ScalarSize];
        RandomNumberGenerator.Fill(seed);
        fixed (byte* seedPointer = seed)
            Require(randomize(_context, seedPointer));
    }

    /// <summary>Null where the library is absent or was built without its recovery module.</summary>
    public static NativeSecp256k1? TryCreate()
    {
        foreach (var name in LibraryNames)
        {
            if (!NativeLibrary.TryLoad(name, out var library)) continue;
            if (NativeLibrary.TryGetExport(library, "secp256k1_ecdsa_recover", out _)) return new NativeSecp256k1(library);
            NativeLibrary.Free(library);
        }

        return null;
    }

    public bool IsPrivateKey(ReadOnlySpan<byte> privateKey)
    {
        fixed (byte* key = privateKey)
            return _verifySecretKey(_context, key) == 1;
    }

    public void PublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey)
    {
        var opaque = stackalloc byte[OpaquePublicKeySize];
        fixed (byte* key = privateKey)
            Require(_createPublicKey(_context, opaque, key));
        Serialize(opaque, publicKey);
    }

    public int Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> hash, Span<byte> signature)
    {
        var opaque = stackalloc byte[OpaqueSignatureSize];
        int recoveryId;
        fixed (byte* key = privateKey, message = hash, compact = signature)
        {
            Require(_signRecoverable(_context, opaque, message, key, null, null));
            Require(_serializeSignature(_context, compact, &recoveryId, opaque));
        }

        return recoveryId;
    }

    public bool TryRecover(ReadOnlySpan<byte> signature, int recoveryId, ReadOnlySpan<byte> hash, Span<byte> publicKey)
    {
        var opaqueSignature = stackalloc byte[OpaqueSignatureSize];
        var opaqueKey = stackalloc byte[OpaquePublicKeySize];
        fixed (byte* compact = signature, message = hash)
        {
            if (_parseSignature(_context, opaqueSignature, compact, recoveryId) != 1) return false;
            if (_recover(_context, opaqueKey, opaqueSignature, message) != 1) return false;
        }

        Serialize(opaqueKey, publicKey);
        return true;
    }

    private void Serialize(byte* opaque, Span<byte> publicKey)
    {
        nuint length = Secp256k1.PublicKeySize;
        fixed (byte* output = publicKey)
            Require(_serializePublicKey(_context, output, &length, opaque, Uncompressed));
    }

    private static void* Export(nint library, string name) => (void*)NativeLibrary.GetExport(library, "secp256k1_" + name);

    private static void Require(int result)
    {
        if (result != 1) throw new CryptographicException("libsecp256k1 refused its input");
    }
}
