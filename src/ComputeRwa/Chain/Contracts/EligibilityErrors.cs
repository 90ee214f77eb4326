using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace ComputeRwa.Chain.Contracts;

internal static partial class Eligibility
{
    [Error("InvalidRegistrarSignature")]
    internal sealed class InvalidRegistrarSignatureError : IErrorDTO;

    [Error("NonceUsed")]
    internal sealed class NonceUsedError : IErrorDTO
    {
        [Parameter("uint256", "nonce", 1)] public BigInteger Nonce { get; set; }
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

    [Error("PolicyZeroIsOpen")]
    internal sealed class PolicyZeroIsOpenError : IErrorDTO;

    [Error("SignatureExpired")]
    internal sealed class SignatureExpiredError : IErrorDTO
    {
        [Parameter("uint256", "deadline", 1)] public BigInteger Deadline { get; set; }
    }
}
