using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace ComputeRwa.Chain.Contracts;

/// <summary>Eligibility: who may hold what.</summary>
internal static partial class Eligibility
{
    [Function("admit")]
    internal sealed class Admit : FunctionMessage
    {
        [Parameter("tuple", "a", 1, "Admission")] public AdmissionDto Admission { get; set; } = new();
        [Parameter("bytes", "signature", 2)] public byte[] Signature { get; set; } = [];
    }

    [Function("canHold", "bool")]
    internal sealed class CanHold : FunctionMessage
    {
        [Parameter("address", "account", 1)] public string Account { get; set; } = "";
        [Parameter("uint16", "policy", 2)] public ushort Policy { get; set; }
    }

    [Function("canReceive", "bool")]
    internal sealed class CanReceive : FunctionMessage
    {
        [Parameter("address", "account", 1)] public string Account { get; set; } = "";
    }

    [Function("canSend", "bool")]
    internal sealed class CanSend : FunctionMessage
    {
        [Parameter("address", "account", 1)] public string Account { get; set; } = "";
    }

    [Function("check", typeof(CheckOutput))]
    internal sealed class Check : FunctionMessage
    {
        [Parameter("uint16", "policy", 1)] public ushort Policy { get; set; }
        [Parameter("address", "from", 2)] public string From { get; set; } = "";
        [Parameter("address", "to", 3)] public string To { get; set; } = "";
    }

    [FunctionOutput]
    internal sealed class CheckOutput : IFunctionOutputDTO
    {
        [Parameter("bool", "fromOk", 1)] public bool FromOk { get; set; }
        [Parameter("bool", "toOk", 2)] public bool ToOk { get; set; }
    }

    [Function("memberOf", typeof(MemberOfOutput))]
    internal sealed class MemberOf : FunctionMessage
    {
        [Parameter("address", "account", 1)] public string Account { get; set; } = "";
    }

    [FunctionOutput]
    internal sealed class MemberOfOutput : IFunctionOutputDTO
    {
        [Parameter("tuple", "", 1, "Member")] public MemberDto Value { get; set; } = new();
    }

    [Function("policyOf", typeof(PolicyOfOutput))]
    internal sealed class PolicyOf : FunctionMessage
    {
        [Parameter("uint16", "policy", 1)] public ushort Policy { get; set; }
    }

    [FunctionOutput]
    internal sealed class PolicyOfOutput : IFunctionOutputDTO
    {
        [Parameter("tuple", "", 1, "Policy")] public PolicyDto Value { get; set; } = new();
    }

    [Function("registrar", "address")]
    internal sealed class Registrar : FunctionMessage;

    [Function("setMember")]
    internal sealed class SetMember : FunctionMessage
    {
        [Parameter("address", "account", 1)] public string Account { get; set; } = "";
        [Parameter("tuple", "m", 2, "Member")] public MemberDto Member { get; set; } = new();
    }

    [Function("setPolicy")]
    internal sealed class SetPolicy : FunctionMessage
    {
        [Parameter("uint16", "policy", 1)] public ushort Policy { get; set; }
        [Parameter("tuple", "p", 2, "Policy")] public PolicyDto Rules { get; set; } = new();
    }

    [Function("setRegistrar")]
    internal sealed class SetRegistrar : FunctionMessage
    {
        [Parameter("address", "registrar_", 1)] public string NewRegistrar { get; set; } = "";
    }
}
