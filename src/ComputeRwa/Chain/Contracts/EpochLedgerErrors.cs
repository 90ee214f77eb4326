using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace ComputeRwa.Chain.Contracts;

internal static partial class EpochLedger
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

    [Error("AlreadyActive")]
    internal sealed class AlreadyActiveError : IErrorDTO
    {
        [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
    }

    [Error("AlreadyDemanded")]
    internal sealed class AlreadyDemandedError : IErrorDTO
    {
        [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
        [Parameter("uint256", "id", 2)] public BigInteger Id { get; set; }
    }

    [Error("AlreadyObjected")]
    internal sealed class AlreadyObjectedError : IErrorDTO
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
        [Parameter("uint32", "epoch", 2)] public uint Epoch { get; set; }
    }

    [Error("BondLocked")]
    internal sealed class BondLockedError : IErrorDTO;

    [Error("BondTooSmall")]
    internal sealed class BondTooSmallError : IErrorDTO
    {
        [Parameter("uint96", "bond", 1)] public BigInteger Bond { get; set; }
        [Parameter("uint96", "needed", 2)] public BigInteger Needed { get; set; }
    }

    [Error("DecisionStillDue")]
    internal sealed class DecisionStillDueError : IErrorDTO
    {
        [Parameter("uint256", "until", 1)] public BigInteger Until { get; set; }
    }

    [Error("DemandPending")]
    internal sealed class DemandPendingError : IErrorDTO
    {
        [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
        [Parameter("uint256", "id", 2)] public BigInteger Id { get; set; }
    }

    [Error("EmptyRoot")]
    internal sealed class EmptyRootError : IErrorDTO;

    [Error("EpochNotEnded")]
    internal sealed class EpochNotEndedError : IErrorDTO
    {
        [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
    }

    [Error("GrantTooLarge")]
    internal sealed class GrantTooLargeError : IErrorDTO
    {
        [Parameter("uint96", "granted", 1)] public BigInteger Granted { get; set; }
        [Parameter("uint96", "increment", 2)] public BigInteger Increment { get; set; }
    }

    [Error("GrantTooSmall")]
    internal sealed class GrantTooSmallError : IErrorDTO
    {
        [Parameter("uint96", "granted", 1)] public BigInteger Granted { get; set; }
        [Parameter("uint96", "least", 2)] public BigInteger Least { get; set; }
    }

    [Error("InvalidLesseeSignature")]
    internal sealed class InvalidLesseeSignatureError : IErrorDTO;

    [Error("InvalidProviderSignature")]
    internal sealed class InvalidProviderSignatureError : IErrorDTO;

    [Error("InvalidThreshold")]
    internal sealed class InvalidThresholdError : IErrorDTO;

    [Error("LeafBeyondEpoch")]
    internal sealed class LeafBeyondEpochError : IErrorDTO
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
        [Parameter("uint32", "leafEpoch", 2)] public uint LeafEpoch { get; set; }
        [Parameter("uint32", "epoch", 3)] public uint Epoch { get; set; }
    }

    [Error("MerkleProofInvalidMultiproof")]
    internal sealed class MerkleProofInvalidMultiproofError : IErrorDTO;

    [Error("NoDemand")]
    internal sealed class NoDemandError : IErrorDTO
    {
        [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
        [Parameter("uint256", "id", 2)] public BigInteger Id { get; set; }
    }

    [Error("NoObjection")]
    internal sealed class NoObjectionError : IErrorDTO
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
        [Parameter("uint32", "epoch", 2)] public uint Epoch { get; set; }
    }

    [Error("NotActive")]
    internal sealed class NotActiveError : IErrorDTO
    {
        [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
    }

    [Error("NotAnAttestor")]
    internal sealed class NotAnAttestorError : IErrorDTO
    {
        [Parameter("address", "signer", 1)] public string Signer { get; set; } = "";
    }

    [Error("NotStarted")]
    internal sealed class NotStartedError : IErrorDTO
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }

    [Error("NothingOwed")]
    internal sealed class NothingOwedError : IErrorDTO
    {
        [Parameter("address", "account", 1)] public string Account { get; set; } = "";
    }

    [Error("NothingToHold")]
    internal sealed class NothingToHoldError : IErrorDTO
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
        [Parameter("uint32", "epoch", 2)] public uint Epoch { get; set; }
    }

    [Error("OtherLease")]
    internal sealed class OtherLeaseError : IErrorDTO
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
        [Parameter("uint256", "actual", 2)] public BigInteger Actual { get; set; }
    }

    [Error("PreviousNotEmpty")]
    internal sealed class PreviousNotEmptyError : IErrorDTO;

    [Error("RecordMismatch")]
    internal sealed class RecordMismatchError : IErrorDTO
    {
        [Parameter("bytes32", "recordHash", 1)] public byte[] RecordHash { get; set; } = [];
    }

    [Error("RevealStillDue")]
    internal sealed class RevealStillDueError : IErrorDTO
    {
        [Parameter("uint256", "until", 1)] public BigInteger Until { get; set; }
    }

    [Error("RingFull")]
    internal sealed class RingFullError : IErrorDTO
    {
        [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
    }

    [Error("RootReplaced")]
    internal sealed class RootReplacedError : IErrorDTO
    {
        [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
    }

    [Error("RootStands")]
    internal sealed class RootStandsError : IErrorDTO
    {
        [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
    }

    [Error("SafeCastOverflowedUintDowncast")]
    internal sealed class SafeCastOverflowedUintDowncastError : IErrorDTO
    {
        [Parameter("uint8", "bits", 1)] public byte Bits { get; set; }
        [Parameter("uint256", "value", 2)] public BigInteger Value { get; set; }
    }

    [Error("SafeERC20FailedOperation")]
    internal sealed class SafeERC20FailedOperationError : IErrorDTO
    {
        [Parameter("address", "token", 1)] public string Token { get; set; } = "";
    }

    [Error("SameLeaf")]
    internal sealed class SameLeafError : IErrorDTO;

    [Error("SignatureExpired")]
    internal sealed class SignatureExpiredError : IErrorDTO
    {
        [Parameter("uint256", "deadline", 1)] public BigInteger Deadline { get; set; }
    }

    [Error("SignersNotAscending")]
    internal sealed class SignersNotAscendingError : IErrorDTO;

    [Error("StepIsRight")]
    internal sealed class StepIsRightError : IErrorDTO;

    [Error("StepIsWrong")]
    internal sealed class StepIsWrongError : IErrorDTO;

    [Error("TooFewSignatures")]
    internal sealed class TooFewSignaturesError : IErrorDTO
    {
        [Parameter("uint256", "given", 1)] public BigInteger Given { get; set; }
        [Parameter("uint256", "needed", 2)] public BigInteger Needed { get; set; }
    }

    [Error("UnknownLease")]
    internal sealed class UnknownLeaseError : IErrorDTO
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }

    [Error("UnknownRoot")]
    internal sealed class UnknownRootError : IErrorDTO
    {
        [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
    }

    [Error("WindowTooLong")]
    internal sealed class WindowTooLongError : IErrorDTO;

    [Error("WrongAttempt")]
    internal sealed class WrongAttemptError : IErrorDTO
    {
        [Parameter("uint32", "expected", 1)] public uint Expected { get; set; }
        [Parameter("uint32", "actual", 2)] public uint Actual { get; set; }
    }

    [Error("WrongEpoch")]
    internal sealed class WrongEpochError : IErrorDTO
    {
        [Parameter("uint32", "expected", 1)] public uint Expected { get; set; }
        [Parameter("uint32", "actual", 2)] public uint Actual { get; set; }
    }

    [Error("WrongPreviousRoot")]
    internal sealed class WrongPreviousRootError : IErrorDTO
    {
        [Parameter("bytes32", "actual", 1)] public byte[] Actual { get; set; } = [];
    }
}
