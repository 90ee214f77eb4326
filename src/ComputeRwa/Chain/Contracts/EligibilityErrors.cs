using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace ComputeRwa.Chain.Contracts;

internal static partial class Eligibility
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

    [Error("InvalidRegistrarSignature")]
    internal sealed class InvalidRegistrarSignatureError : IErrorDTO;

    [Error("NonceUsed")]
    internal sealed class NonceUsedError : IErrorDTO
    {
        [Parameter("uint256", "nonce", 1)] public BigInteger Nonce { get; set; }
    }

    [Error("PolicyZeroIsOpen")]
    internal sealed class PolicyZeroIsOpenError : IErrorDTO;

    [Error("SignatureExpired")]
    internal sealed class SignatureExpiredError : IErrorDTO
    {
        [Parameter("uint256", "deadline", 1)] public BigInteger Deadline { get; set; }
    }
}
