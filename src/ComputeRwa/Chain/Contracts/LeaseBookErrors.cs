using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace ComputeRwa.Chain.Contracts;

internal static partial class LeaseBook
{
    [Error("AccessManagedInvalidAuthority")]
    internal sealed class AccessManagedInvalidAuthorityError : IErrorDTO
    {
        [Parameter("address", "authority", 1)] public string Authority { get; set; } = "";
    }

    [Error("AccessManagedRequiredDelay")]
    internal sealed class AccessManagedRequiredDelayError : IErrorDTO
    {
        [Parameter("address", "caller", 1)] public string Caller { get; set; } = "";
        [Parameter("uint32", "delay", 2)] public uint Delay { get; set; }
    }

    [Error("AccessManagedUnauthorized")]
    internal sealed class AccessManagedUnauthorizedError : IErrorDTO
    {
        [Parameter("address", "caller", 1)] public string Caller { get; set; } = "";
    }

    [Error("AlreadyDefaulted")]
    internal sealed class AlreadyDefaultedError : IErrorDTO
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }

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

    [Error("EndTooEarly")]
    internal sealed class EndTooEarlyError : IErrorDTO
    {
        [Parameter("uint32", "earliest", 1)] public uint Earliest { get; set; }
    }

    [Error("EndTooLate")]
    internal sealed class EndTooLateError : IErrorDTO
    {
        [Parameter("uint32", "end", 1)] public uint End { get; set; }
    }

    [Error("EpochNotOver")]
    internal sealed class EpochNotOverError : IErrorDTO
    {
        [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
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

    [Error("NotAParty")]
    internal sealed class NotAPartyError : IErrorDTO;

    [Error("NotInDefault")]
    internal sealed class NotInDefaultError : IErrorDTO
    {
        [Parameter("uint96", "escrow", 1)] public BigInteger Escrow { get; set; }
        [Parameter("uint96", "needed", 2)] public BigInteger Needed { get; set; }
    }

    [Error("NotInterruptible")]
    internal sealed class NotInterruptibleError : IErrorDTO
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }

    [Error("OtherLease")]
    internal sealed class OtherLeaseError : IErrorDTO
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
        [Parameter("uint256", "actual", 2)] public BigInteger Actual { get; set; }
    }

    [Error("PayTokenNotAllowed")]
    internal sealed class PayTokenNotAllowedError : IErrorDTO
    {
        [Parameter("address", "token", 1)] public string Token { get; set; } = "";
    }

    [Error("RentTooLow")]
    internal sealed class RentTooLowError : IErrorDTO
    {
        [Parameter("uint96", "least", 1)] public BigInteger Least { get; set; }
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

    [Error("StillLive")]
    internal sealed class StillLiveError : IErrorDTO
    {
        [Parameter("uint32", "from", 1)] public uint From { get; set; }
    }

    [Error("UnknownLease")]
    internal sealed class UnknownLeaseError : IErrorDTO
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }
}
