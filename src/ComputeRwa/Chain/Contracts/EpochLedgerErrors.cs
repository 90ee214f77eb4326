using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace ComputeRwa.Chain.Contracts;

internal static partial class EpochLedger
{
    [Error("EmptyRoot")]
    internal sealed class EmptyRootError : IErrorDTO;

    [Error("EpochNotEnded")]
    internal sealed class EpochNotEndedError : IErrorDTO
    {
        [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
    }

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

    [Error("SignersNotAscending")]
    internal sealed class SignersNotAscendingError : IErrorDTO;

    [Error("TooFewSignatures")]
    internal sealed class TooFewSignaturesError : IErrorDTO
    {
        [Parameter("uint256", "given", 1)] public BigInteger Given { get; set; }
        [Parameter("uint256", "needed", 2)] public BigInteger Needed { get; set; }
    }

    [Error("UnknownRoot")]
    internal sealed class UnknownRootError : IErrorDTO
    {
        [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
    }

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
