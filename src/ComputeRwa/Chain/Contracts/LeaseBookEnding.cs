using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace ComputeRwa.Chain.Contracts;

/// <summary>LeaseBook: how leases end.</summary>
internal static partial class LeaseBook
{
    [Function("curtailedThrough", "uint32")]
    internal sealed class CurtailedThrough : FunctionMessage
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }

    [Function("declareDefault")]
    internal sealed class DeclareDefault : FunctionMessage
    {
        [Parameter("tuple", "terms", 1, "LeaseTerms")] public LeaseTermsDto Terms { get; set; } = new();
        [Parameter("uint256", "deadline", 2)] public BigInteger Deadline { get; set; }
        [Parameter("bytes", "signature", 3)] public byte[] Signature { get; set; } = [];
    }

    [Function("exit")]
    internal sealed class Exit : FunctionMessage
    {
        [Parameter("tuple", "terms", 1, "LeaseTerms")] public LeaseTermsDto Terms { get; set; } = new();
        [Parameter("uint32", "endEpoch", 2)] public uint EndEpoch { get; set; }
        [Parameter("uint256", "deadline", 3)] public BigInteger Deadline { get; set; }
        [Parameter("bytes", "signature", 4)] public byte[] Signature { get; set; } = [];
    }

    [Function("livenessEpochs", "uint32")]
    internal sealed class LivenessEpochs : FunctionMessage;

    [Function("noticeCurtailment")]
    internal sealed class NoticeCurtailment : FunctionMessage
    {
        [Parameter("tuple", "terms", 1, "LeaseTerms")] public LeaseTermsDto Terms { get; set; } = new();
        [Parameter("uint32", "throughEpoch", 2)] public uint ThroughEpoch { get; set; }
        [Parameter("uint256", "deadline", 3)] public BigInteger Deadline { get; set; }
        [Parameter("bytes", "signature", 4)] public byte[] Signature { get; set; } = [];
    }

    [Function("payProviderTo", "uint96")]
    internal sealed class PayProviderTo : FunctionMessage
    {
        [Parameter("tuple", "terms", 1, "LeaseTerms")] public LeaseTermsDto Terms { get; set; } = new();
        [Parameter("address", "to", 2)] public string To { get; set; } = "";
    }

    [Function("refundTo", "uint96")]
    internal sealed class RefundTo : FunctionMessage
    {
        [Parameter("tuple", "terms", 1, "LeaseTerms")] public LeaseTermsDto Terms { get; set; } = new();
        [Parameter("address", "to", 2)] public string To { get; set; } = "";
    }

    [Function("settleByParties")]
    internal sealed class SettleByParties : FunctionMessage
    {
        [Parameter("tuple", "c", 1, "CoSettlement")] public CoSettlementDto C { get; set; } = new();
        [Parameter("tuple", "terms", 2, "LeaseTerms")] public LeaseTermsDto Terms { get; set; } = new();
        [Parameter("bytes", "providerSignature", 3)] public byte[] ProviderSignature { get; set; } = [];
        [Parameter("bytes", "lesseeSignature", 4)] public byte[] LesseeSignature { get; set; } = [];
    }
}
