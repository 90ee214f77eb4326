using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace ComputeRwa.Chain.Contracts;

internal static partial class UseRights
{
    [Error("ERC721IncorrectOwner")]
    internal sealed class ERC721IncorrectOwnerError : IErrorDTO
    {
        [Parameter("address", "sender", 1)] public string Sender { get; set; } = "";
        [Parameter("uint256", "tokenId", 2)] public BigInteger TokenId { get; set; }
        [Parameter("address", "owner", 3)] public string Owner { get; set; } = "";
    }

    [Error("ERC721InsufficientApproval")]
    internal sealed class ERC721InsufficientApprovalError : IErrorDTO
    {
        [Parameter("address", "operator", 1)] public string Operator { get; set; } = "";
        [Parameter("uint256", "tokenId", 2)] public BigInteger TokenId { get; set; }
    }

    [Error("ERC721InvalidApprover")]
    internal sealed class ERC721InvalidApproverError : IErrorDTO
    {
        [Parameter("address", "approver", 1)] public string Approver { get; set; } = "";
    }

    [Error("ERC721InvalidOperator")]
    internal sealed class ERC721InvalidOperatorError : IErrorDTO
    {
        [Parameter("address", "operator", 1)] public string Operator { get; set; } = "";
    }

    [Error("ERC721InvalidOwner")]
    internal sealed class ERC721InvalidOwnerError : IErrorDTO
    {
        [Parameter("address", "owner", 1)] public string Owner { get; set; } = "";
    }

    [Error("ERC721InvalidReceiver")]
    internal sealed class ERC721InvalidReceiverError : IErrorDTO
    {
        [Parameter("address", "receiver", 1)] public string Receiver { get; set; } = "";
    }

    [Error("ERC721InvalidSender")]
    internal sealed class ERC721InvalidSenderError : IErrorDTO
    {
        [Parameter("address", "sender", 1)] public string Sender { get; set; } = "";
    }

    [Error("ERC721NonexistentToken")]
    internal sealed class ERC721NonexistentTokenError : IErrorDTO
    {
        [Parameter("uint256", "tokenId", 1)] public BigInteger TokenId { get; set; }
    }

    [Error("InvalidLesseeSignature")]
    internal sealed class InvalidLesseeSignatureError : IErrorDTO;

    [Error("InvalidProviderSignature")]
    internal sealed class InvalidProviderSignatureError : IErrorDTO;

    [Error("NeedsConsent")]
    internal sealed class NeedsConsentError : IErrorDTO;

    [Error("NotTheLessee")]
    internal sealed class NotTheLesseeError : IErrorDTO
    {
        [Parameter("address", "account", 1)] public string Account { get; set; } = "";
    }

    [Error("NotTransferable")]
    internal sealed class NotTransferableError : IErrorDTO;

    [Error("SignatureExpired")]
    internal sealed class SignatureExpiredError : IErrorDTO
    {
        [Parameter("uint256", "deadline", 1)] public BigInteger Deadline { get; set; }
    }

    [Error("UnknownLease")]
    internal sealed class UnknownLeaseError : IErrorDTO
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }
}
