using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace ComputeRwa.Chain.Contracts;

/// <summary>EpochLedger: the bond, challenges, demands and objections.</summary>
internal static partial class EpochLedger
{
    [Function("activeAt", "uint256")]
    internal sealed class ActiveAt : FunctionMessage
    {
        [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
    }

    [Function("activeEpoch", "uint32")]
    internal sealed class ActiveEpoch : FunctionMessage;

    [Function("attempt", "uint32")]
    internal sealed class Attempt : FunctionMessage;

    [Function("bond", "uint96")]
    internal sealed class Bond : FunctionMessage;

    [Function("challenge")]
    internal sealed class Challenge : FunctionMessage
    {
        [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
        [Parameter("tuple", "step", 2, "Step")] public StepDto Step { get; set; } = new();
    }

    [Function("challengeTwoLeaves")]
    internal sealed class ChallengeTwoLeaves : FunctionMessage
    {
        [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
        [Parameter("tuple", "a", 2, "EpochLeaf")] public EpochLeafDto A { get; set; } = new();
        [Parameter("bytes32[]", "proofA", 3)] public List<byte[]> ProofA { get; set; } = [];
        [Parameter("tuple", "b", 4, "EpochLeaf")] public EpochLeafDto B { get; set; } = new();
        [Parameter("bytes32[]", "proofB", 5)] public List<byte[]> ProofB { get; set; } = [];
    }

    [Function("collect", "uint256")]
    internal sealed class Collect : FunctionMessage
    {
        [Parameter("address", "account", 1)] public string Account { get; set; } = "";
    }

    [Function("creditOf", "uint256")]
    internal sealed class CreditOf : FunctionMessage
    {
        [Parameter("address", "account", 1)] public string Account { get; set; } = "";
    }

    [Function("demandOf", typeof(DemandOfOutput))]
    internal sealed class DemandOf : FunctionMessage
    {
        [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
        [Parameter("uint256", "id", 2)] public BigInteger Id { get; set; }
    }

    [FunctionOutput]
    internal sealed class DemandOfOutput : IFunctionOutputDTO
    {
        [Parameter("tuple", "", 1, "Demand")] public DemandDto Value { get; set; } = new();
    }

    [Function("demandReveal")]
    internal sealed class DemandReveal : FunctionMessage
    {
        [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
        [Parameter("uint256", "id", 2)] public BigInteger Id { get; set; }
    }

    [Function("depositBond")]
    internal sealed class DepositBond : FunctionMessage
    {
        [Parameter("uint96", "amount", 1)] public BigInteger Amount { get; set; }
    }

    [Function("disputeBond", "uint96")]
    internal sealed class DisputeBond : FunctionMessage;

    [Function("dropDemand")]
    internal sealed class DropDemand : FunctionMessage
    {
        [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
        [Parameter("uint256", "id", 2)] public BigInteger Id { get; set; }
    }

    [Function("dropObjection")]
    internal sealed class DropObjection : FunctionMessage
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
        [Parameter("uint32", "epoch", 2)] public uint Epoch { get; set; }
    }

    [Function("cancelUnrevealed")]
    internal sealed class CancelUnrevealed : FunctionMessage
    {
        [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
        [Parameter("uint256", "id", 2)] public BigInteger Id { get; set; }
    }

    [Function("firstEpoch", "uint32")]
    internal sealed class FirstEpoch : FunctionMessage;

    [Function("object")]
    internal sealed class Object : FunctionMessage
    {
        [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
        [Parameter("tuple", "step", 2, "Step")] public StepDto Step { get; set; } = new();
        [Parameter("uint256", "deadline", 3)] public BigInteger Deadline { get; set; }
        [Parameter("bytes", "signature", 4)] public byte[] Signature { get; set; } = [];
    }

    [Function("objectionOf", typeof(ObjectionOfOutput))]
    internal sealed class ObjectionOf : FunctionMessage
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
        [Parameter("uint32", "epoch", 2)] public uint Epoch { get; set; }
    }

    [FunctionOutput]
    internal sealed class ObjectionOfOutput : IFunctionOutputDTO
    {
        [Parameter("tuple", "", 1, "Objection")] public ObjectionDto Value { get; set; } = new();
    }

    [Function("resolutionDigest", "bytes32")]
    internal sealed class ResolutionDigest : FunctionMessage
    {
        [Parameter("tuple", "r", 1, "Resolution")] public ResolutionDto R { get; set; } = new();
    }

    [Function("resolveByParties")]
    internal sealed class ResolveByParties : FunctionMessage
    {
        [Parameter("tuple", "r", 1, "Resolution")] public ResolutionDto R { get; set; } = new();
        [Parameter("tuple", "terms", 2, "LeaseTerms")] public LeaseTermsDto Terms { get; set; } = new();
        [Parameter("bytes", "providerSignature", 3)] public byte[] ProviderSignature { get; set; } = [];
        [Parameter("bytes", "lesseeSignature", 4)] public byte[] LesseeSignature { get; set; } = [];
    }

    [Function("resolveByQuorum")]
    internal sealed class ResolveByQuorum : FunctionMessage
    {
        [Parameter("tuple", "r", 1, "Resolution")] public ResolutionDto R { get; set; } = new();
        [Parameter("bytes[]", "signatures", 2)] public List<byte[]> Signatures { get; set; } = [];
    }

    [Function("resolveBySilence")]
    internal sealed class ResolveBySilence : FunctionMessage
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
        [Parameter("uint32", "epoch", 2)] public uint Epoch { get; set; }
    }

    [Function("reveal")]
    internal sealed class Reveal : FunctionMessage
    {
        [Parameter("uint32", "epoch", 1)] public uint Epoch { get; set; }
        [Parameter("tuple", "step", 2, "Step")] public StepDto Step { get; set; } = new();
    }

    [Function("rootBond", "uint96")]
    internal sealed class RootBond : FunctionMessage;
}
