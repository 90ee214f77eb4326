using Nethereum.ABI.EIP712;
using Nethereum.Util;

namespace Nethereum.Signer.EIP712;

/// <summary>Signs EIP-712 typed data; signatures are hexadecimal text of r, s and v.</summary>
public class Eip712TypedDataSigner
{
    private readonly Eip712TypedDataEncoder _encoder = new();

    public static Eip712TypedDataSigner Current { get; } = new();

    public string SignTypedData<TDomain>(TypedData<TDomain> typedData, EthECKey key) => Sign(EncodeTypedData(typedData), key);

    public string SignTypedDataV4<TDomain>(TypedData<TDomain> typedData, EthECKey key) => Sign(EncodeTypedData(typedData), key);

    public string SignTypedDataV4<T, TDomain>(T message, TypedData<TDomain> typedData, EthECKey key) =>
        Sign(EncodeTypedData(message, typedData), key);

    public string SignTypedDataV4(string json, EthECKey key) => Sign(EncodeTypedData(json), key);

    public string SignTypedDataV4<TDomain>(string json, EthECKey key, string messageKeySelector = "message") =>
        Sign(EncodeTypedData<TDomain>(json, messageKeySelector), key);

    public string RecoverFromSignatureV4<TDomain>(TypedData<TDomain> typedData, string signature) =>
        RecoverFromSignatureV4(EncodeTypedData(typedData), signature);

    public string RecoverFromSignatureV4<T, TDomain>(T message, TypedData<TDomain> typedData, string signature) =>
        RecoverFromSignatureV4(EncodeTypedData(message, typedData), signature);

    public string RecoverFromSignatureV4(string json, string signature) => RecoverFromSignatureV4(EncodeTypedData(json), signature);

    /// <summary>encodedData is the encoding, not its hash.</summary>
    public string RecoverFromSignatureV4(byte[] encodedData, string signature) =>
        RecoverFromSignatureHashV4(Keccak256.Hash(encodedData), signature);

    public string RecoverFromSignatureHashV4(byte[] hash, string signature) => new MessageSigner().EcRecover(hash, signature);

    public byte[] EncodeTypedData<TDomain>(TypedData<TDomain> typedData) => _encoder.EncodeTypedData(typedData);

    public byte[] EncodeTypedData<T, TDomain>(T message, TypedData<TDomain> typedData) => _encoder.EncodeTypedData(message, typedData);

    public byte[] EncodeTypedDataRaw(TypedDataRaw typedData) => _encoder.EncodeTypedDataRaw(typedData);

    public byte[] EncodeTypedData(string json) => _encoder.EncodeTypedData(json);

    public byte[] EncodeTypedData<TDomain>(string json, string messageKeySelector = "message") => _encoder.EncodeTypedData<TDomain>(json, messageKeySelector);

    private static string Sign(byte[] encoded, EthECKey key) =>
        EthECDSASignature.CreateStringSignature(key.SignAndCalculateV(Keccak256.Hash(encoded)));
}
