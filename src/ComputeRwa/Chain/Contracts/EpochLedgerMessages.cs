using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace ComputeRwa.Chain.Contracts;

/// <summary>EpochLedger: attested cumulative roots and their application.</summary>
internal static partial class EpochLedger
{
    [Function("challengeWindow", "uint32")]
    internal sealed class ChallengeWindow : FunctionMessage;

    [Function("epochLength", "uint32")]
    internal sealed class EpochLength : FunctionMessage;

    [Function("isActive", "bool")]
    internal sealed class IsActive : FunctionMessage
    {
        [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
        [Parameter("bytes32", "root", 2)] public byte[] Root { get; set; } = [];
    }

    [Function("isAttestor", "bool")]
    internal sealed class IsAttestor : FunctionMessage
    {
        [Parameter("address", "account", 1)] public string Account { get; set; } = "";
    }

    [Function("latestEpoch", "uint32")]
    internal sealed class LatestEpoch : FunctionMessage;

    [Function("leafHash", "bytes32")]
    internal sealed class LeafHash : FunctionMessage
    {
        [Parameter("tuple", "leaf", 1, "EpochLeaf")] public EpochLeafDto Leaf { get; set; } = new();
    }

    [Function("post")]
    internal sealed class Post : FunctionMessage
    {
        [Parameter("tuple", "r", 1, "EpochRoot")] public EpochRootDto Root { get; set; } = new();
        [Parameter("bytes[]", "signatures", 2)] public List<byte[]> Signatures { get; set; } = [];
    }

    [Function("rootDigest", "bytes32")]
    internal sealed class RootDigest : FunctionMessage
    {
        [Parameter("tuple", "r", 1, "EpochRoot")] public EpochRootDto Root { get; set; } = new();
    }

    [Function("setAttestor")]
    internal sealed class SetAttestor : FunctionMessage
    {
        [Parameter("address", "account", 1)] public string Account { get; set; } = "";
        [Parameter("bool", "attestor", 2)] public bool Attestor { get; set; }
    }

    [Function("setThreshold")]
    internal sealed class SetThreshold : FunctionMessage
    {
        [Parameter("uint8", "threshold_", 1)] public byte NewThreshold { get; set; }
    }

    [Function("sync")]
    internal sealed class Sync : FunctionMessage
    {
        [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
        [Parameter("tuple", "leaf", 2, "EpochLeaf")] public EpochLeafDto Leaf { get; set; } = new();
        [Parameter("bytes32[]", "proof", 3)] public List<byte[]> Proof { get; set; } = [];
    }

    [Function("syncBatch")]
    internal sealed class SyncBatch : FunctionMessage
    {
        [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
        [Parameter("tuple[]", "leaves", 2, "EpochLeaf")] public List<EpochLeafDto> Leaves { get; set; } = [];
        [Parameter("bytes32[]", "proof", 3)] public List<byte[]> Proof { get; set; } = [];
        [Parameter("bool[]", "flags", 4)] public List<bool> Flags { get; set; } = [];
    }

    [Function("threshold", "uint8")]
    internal sealed class Threshold : FunctionMessage;
}
