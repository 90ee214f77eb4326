using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace ComputeRwa.Chain.Contracts;

internal static partial class PayToken
{
    [Error("AuthorizationExpired")]
    internal sealed class AuthorizationExpiredError : IErrorDTO;

    [Error("AuthorizationNotYetValid")]
    internal sealed class AuthorizationNotYetValidError : IErrorDTO;

    [Error("AuthorizationUsedOrCancelled")]
    internal sealed class AuthorizationUsedOrCancelledError : IErrorDTO;

    [Error("CallerMustBePayee")]
    internal sealed class CallerMustBePayeeError : IErrorDTO;

    [Error("DevelopmentChainsOnly")]
    internal sealed class DevelopmentChainsOnlyError : IErrorDTO;

    [Error("ECDSAInvalidSignature")]
    internal sealed class ECDSAInvalidSignatureError : IErrorDTO;

    [Error("ECDSAInvalidSignatureLength")]
    internal sealed class ECDSAInvalidSignatureLengthError : IErrorDTO
    {
        [Parameter("uint256", "length", 1)] public BigInteger Length { get; set; }
    }

    [Error("ECDSAInvalidSignatureS")]
    internal sealed class ECDSAInvalidSignatureSError : IErrorDTO
    {
        [Parameter("bytes32", "s", 1)] public byte[] S { get; set; } = [];
    }

    [Error("ERC20InsufficientAllowance")]
    internal sealed class ERC20InsufficientAllowanceError : IErrorDTO
    {
        [Parameter("address", "spender", 1)] public string Spender { get; set; } = "";
        [Parameter("uint256", "allowance", 2)] public BigInteger Allowance { get; set; }
        [Parameter("uint256", "needed", 3)] public BigInteger Needed { get; set; }
    }

    [Error("ERC20InsufficientBalance")]
    internal sealed class ERC20InsufficientBalanceError : IErrorDTO
    {
        [Parameter("address", "sender", 1)] public string Sender { get; set; } = "";
        [Parameter("uint256", "balance", 2)] public BigInteger Balance { get; set; }
        [Parameter("uint256", "needed", 3)] public BigInteger Needed { get; set; }
    }

    [Error("ERC20InvalidApprover")]
    internal sealed class ERC20InvalidApproverError : IErrorDTO
    {
        [Parameter("address", "approver", 1)] public string Approver { get; set; } = "";
    }

    [Error("ERC20InvalidReceiver")]
    internal sealed class ERC20InvalidReceiverError : IErrorDTO
    {
        [Parameter("address", "receiver", 1)] public string Receiver { get; set; } = "";
    }

    [Error("ERC20InvalidSender")]
    internal sealed class ERC20InvalidSenderError : IErrorDTO
    {
        [Parameter("address", "sender", 1)] public string Sender { get; set; } = "";
    }

    [Error("ERC20InvalidSpender")]
    internal sealed class ERC20InvalidSpenderError : IErrorDTO
    {
        [Parameter("address", "spender", 1)] public string Spender { get; set; } = "";
    }

    [Error("ERC2612ExpiredSignature")]
    internal sealed class ERC2612ExpiredSignatureError : IErrorDTO
    {
        [Parameter("uint256", "deadline", 1)] public BigInteger Deadline { get; set; }
    }

    [Error("ERC2612InvalidSigner")]
    internal sealed class ERC2612InvalidSignerError : IErrorDTO
    {
        [Parameter("address", "signer", 1)] public string Signer { get; set; } = "";
        [Parameter("address", "owner", 2)] public string Owner { get; set; } = "";
    }

    [Error("InvalidAccountNonce")]
    internal sealed class InvalidAccountNonceError : IErrorDTO
    {
        [Parameter("address", "account", 1)] public string Account { get; set; } = "";
        [Parameter("uint256", "currentNonce", 2)] public BigInteger CurrentNonce { get; set; }
    }

    [Error("InvalidAuthorization")]
    internal sealed class InvalidAuthorizationError : IErrorDTO;
}
