using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace ComputeRwa.Chain.Contracts;

/// <summary>LeaseBook: terms, parties and funding of leases.</summary>
internal static partial class LeaseBook
{
    [Function("cancelNonce")]
    internal sealed class CancelNonce : FunctionMessage
    {
        [Parameter("uint256", "nonce", 1)] public BigInteger NonceValue { get; set; }
    }

    [Function("capPerEpoch", "uint96")]
    internal sealed class CapPerEpoch : FunctionMessage
    {
        [Parameter("tuple", "terms", 1, "LeaseTerms")] public LeaseTermsDto Terms { get; set; } = new();
    }

    [Function("currentEpoch", "uint32")]
    internal sealed class CurrentEpoch : FunctionMessage;

    [Function("epochLength", "uint32")]
    internal sealed class EpochLength : FunctionMessage;

    [Function("fund")]
    internal sealed class Fund : FunctionMessage
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
        [Parameter("uint8", "kind", 2)] public byte Kind { get; set; }
        [Parameter("uint96", "amount", 3)] public BigInteger Amount { get; set; }
    }

    [Function("fundWithSignature")]
    internal sealed class FundWithSignature : FunctionMessage
    {
        [Parameter("tuple", "f", 1, "Funding")] public FundingDto Funding { get; set; } = new();
        [Parameter("bytes", "signature", 2)] public byte[] Signature { get; set; } = [];
        [Parameter("tuple", "permit", 3, "Permit")] public PermitDto Permit { get; set; } = new();
    }

    [Function("leaseId", "uint256")]
    internal sealed class LeaseId : FunctionMessage
    {
        [Parameter("tuple", "terms", 1, "LeaseTerms")] public LeaseTermsDto Terms { get; set; } = new();
    }

    [Function("newLeasesPaused", "bool")]
    internal sealed class NewLeasesPaused : FunctionMessage;

    [Function("nonceUsed", "bool")]
    internal sealed class NonceUsed : FunctionMessage
    {
        [Parameter("address", "account", 1)] public string Account { get; set; } = "";
        [Parameter("uint256", "nonce", 2)] public BigInteger NonceValue { get; set; }
    }

    [Function("originate", "uint256")]
    internal sealed class Originate : FunctionMessage
    {
        [Parameter("tuple", "o", 1, "Origination")] public OriginationDto Origination { get; set; } = new();
    }

    [Function("originateBatch", "uint256")]
    internal sealed class OriginateBatch : FunctionMessage
    {
        [Parameter("tuple[]", "items", 1, "Origination")] public List<OriginationDto> Items { get; set; } = [];
    }

    [Function("payProvider", "uint96")]
    internal sealed class PayProvider : FunctionMessage
    {
        [Parameter("tuple", "terms", 1, "LeaseTerms")] public LeaseTermsDto Terms { get; set; } = new();
    }

    [Function("refund", "uint96")]
    internal sealed class Refund : FunctionMessage
    {
        [Parameter("tuple", "terms", 1, "LeaseTerms")] public LeaseTermsDto Terms { get; set; } = new();
    }

    [Function("pauseNewLeases")]
    internal sealed class PauseNewLeases : FunctionMessage;

    [Function("resumeNewLeases")]
    internal sealed class ResumeNewLeases : FunctionMessage;

    [Function("statusOf", "uint8")]
    internal sealed class StatusOf : FunctionMessage
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }
}
