using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace ComputeRwa.Chain.Contracts;

internal static partial class LeaseBook
{
    [Error("AlreadyOriginated")]
    internal sealed class AlreadyOriginatedError : IErrorDTO
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }

    [Error("BatchOutOfGas")]
    internal sealed class BatchOutOfGasError : IErrorDTO
    {
        [Parameter("uint256", "index", 1)] public BigInteger Index { get; set; }
    }

    [Error("InvalidLesseeSignature")]
    internal sealed class InvalidLesseeSignatureError : IErrorDTO;

    [Error("InvalidPayerSignature")]
    internal sealed class InvalidPayerSignatureError : IErrorDTO;

    [Error("InvalidProviderSignature")]
    internal sealed class InvalidProviderSignatureError : IErrorDTO;

    [Error("InvalidTerms")]
    internal sealed class InvalidTermsError : IErrorDTO
    {
        [Parameter("bytes32", "field", 1)] public byte[] Field { get; set; } = [];
    }

    [Error("NewLeasesArePaused")]
    internal sealed class NewLeasesArePausedError : IErrorDTO;

    [Error("NonceUsed")]
    internal sealed class NonceUsedError : IErrorDTO
    {
        [Parameter("address", "account", 1)] public string Account { get; set; } = "";
        [Parameter("uint256", "nonce", 2)] public BigInteger Nonce { get; set; }
    }

    [Error("OwnableInvalidOwner")]
    internal sealed class OwnableInvalidOwnerError : IErrorDTO
    {
        [Parameter("address", "owner", 1)] public string Owner { get; set; } = "";
    }

    [Error("OwnableUnauthorizedAccount")]
    internal sealed class OwnableUnauthorizedAccountError : IErrorDTO
    {
        [Parameter("address", "account", 1)] public string Account { get; set; } = "";
    }

    [Error("PayTokenNotAllowed")]
    internal sealed class PayTokenNotAllowedError : IErrorDTO
    {
        [Parameter("address", "token", 1)] public string Token { get; set; } = "";
    }

    [Error("SafeCastOverflowedUintDowncast")]
    internal sealed class SafeCastOverflowedUintDowncastError : IErrorDTO
    {
        [Parameter("uint8", "bits", 1)] public byte Bits { get; set; }
        [Parameter("uint256", "value", 2)] public BigInteger Value { get; set; }
    }

    [Error("SignatureExpired")]
    internal sealed class SignatureExpiredError : IErrorDTO
    {
        [Parameter("uint256", "deadline", 1)] public BigInteger Deadline { get; set; }
    }

    [Error("UnknownLease")]
    internal sealed class UnknownLeaseError : IErrorDTO
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }

    [Error("UnsupportedFunding")]
    internal sealed class UnsupportedFundingError : IErrorDTO
    {
        [Parameter("uint8", "kind", 1)] public byte Kind { get; set; }
    }
}
