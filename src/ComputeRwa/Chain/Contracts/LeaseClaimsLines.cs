using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace ComputeRwa.Chain.Contracts;

/// <summary>LeaseClaims: deposit, other income and what is held back.</summary>
internal static partial class LeaseClaims
{
    [Function("depositOf", "uint96")]
    internal sealed class DepositOf : FunctionMessage
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }

    [Function("fundWithAuthorization")]
    internal sealed class FundWithAuthorization : FunctionMessage
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
        [Parameter("uint8", "kind", 2)] public byte Kind { get; set; }
        [Parameter("tuple", "a", 3, "Authorization")] public AuthorizationDto A { get; set; } = new();
    }

    [Function("fundingNonce", "bytes32")]
    internal sealed class FundingNonce : FunctionMessage
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
        [Parameter("uint8", "kind", 2)] public byte Kind { get; set; }
        [Parameter("bytes32", "salt", 3)] public byte[] Salt { get; set; } = [];
    }

    [Function("sidelineOf", typeof(SidelineOfOutput))]
    internal sealed class SidelineOf : FunctionMessage
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }

    [FunctionOutput]
    internal sealed class SidelineOfOutput : IFunctionOutputDTO
    {
        [Parameter("tuple", "", 1, "Sideline")] public SidelineDto Value { get; set; } = new();
    }

    [Function("useDeposit", "uint96")]
    internal sealed class UseDeposit : FunctionMessage
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }
}
