using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace ComputeRwa.Chain.Contracts;

internal static partial class LeaseClaims
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

    [Error("AlreadyOriginated")]
    internal sealed class AlreadyOriginatedError : IErrorDTO
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }

    [Error("ERC1155InsufficientBalance")]
    internal sealed class ERC1155InsufficientBalanceError : IErrorDTO
    {
        [Parameter("address", "sender", 1)] public string Sender { get; set; } = "";
        [Parameter("uint256", "balance", 2)] public BigInteger Balance { get; set; }
        [Parameter("uint256", "needed", 3)] public BigInteger Needed { get; set; }
        [Parameter("uint256", "tokenId", 4)] public BigInteger TokenId { get; set; }
    }

    [Error("ERC1155InvalidApprover")]
    internal sealed class ERC1155InvalidApproverError : IErrorDTO
    {
        [Parameter("address", "approver", 1)] public string Approver { get; set; } = "";
    }

    [Error("ERC1155InvalidArrayLength")]
    internal sealed class ERC1155InvalidArrayLengthError : IErrorDTO
    {
        [Parameter("uint256", "idsLength", 1)] public BigInteger IdsLength { get; set; }
        [Parameter("uint256", "valuesLength", 2)] public BigInteger ValuesLength { get; set; }
    }

    [Error("ERC1155InvalidOperator")]
    internal sealed class ERC1155InvalidOperatorError : IErrorDTO
    {
        [Parameter("address", "operator", 1)] public string Operator { get; set; } = "";
    }

    [Error("ERC1155InvalidReceiver")]
    internal sealed class ERC1155InvalidReceiverError : IErrorDTO
    {
        [Parameter("address", "receiver", 1)] public string Receiver { get; set; } = "";
    }

    [Error("ERC1155InvalidSender")]
    internal sealed class ERC1155InvalidSenderError : IErrorDTO
    {
        [Parameter("address", "sender", 1)] public string Sender { get; set; } = "";
    }

    [Error("ERC1155MissingApprovalForAll")]
    internal sealed class ERC1155MissingApprovalForAllError : IErrorDTO
    {
        [Parameter("address", "operator", 1)] public string Operator { get; set; } = "";
        [Parameter("address", "owner", 2)] public string Owner { get; set; } = "";
    }

    [Error("ERC7943CannotReceive")]
    internal sealed class ERC7943CannotReceiveError : IErrorDTO
    {
        [Parameter("address", "account", 1)] public string Account { get; set; } = "";
    }

    [Error("ERC7943CannotSend")]
    internal sealed class ERC7943CannotSendError : IErrorDTO
    {
        [Parameter("address", "account", 1)] public string Account { get; set; } = "";
    }

    [Error("ERC7943CannotTransfer")]
    internal sealed class ERC7943CannotTransferError : IErrorDTO
    {
        [Parameter("address", "from", 1)] public string From { get; set; } = "";
        [Parameter("address", "to", 2)] public string To { get; set; } = "";
        [Parameter("uint256", "tokenId", 3)] public BigInteger TokenId { get; set; }
        [Parameter("uint256", "amount", 4)] public BigInteger Amount { get; set; }
    }

    [Error("ERC7943InsufficientUnfrozenBalance")]
    internal sealed class ERC7943InsufficientUnfrozenBalanceError : IErrorDTO
    {
        [Parameter("address", "account", 1)] public string Account { get; set; } = "";
        [Parameter("uint256", "tokenId", 2)] public BigInteger TokenId { get; set; }
        [Parameter("uint256", "amount", 3)] public BigInteger Amount { get; set; }
        [Parameter("uint256", "unfrozen", 4)] public BigInteger Unfrozen { get; set; }
    }

    [Error("FundingTooLarge")]
    internal sealed class FundingTooLargeError : IErrorDTO;

    [Error("InvalidHolderSignature")]
    internal sealed class InvalidHolderSignatureError : IErrorDTO;

    [Error("NoArrears")]
    internal sealed class NoArrearsError : IErrorDTO
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }

    [Error("NoDeposit")]
    internal sealed class NoDepositError : IErrorDTO
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }

    [Error("NonceUsed")]
    internal sealed class NonceUsedError : IErrorDTO
    {
        [Parameter("address", "account", 1)] public string Account { get; set; } = "";
        [Parameter("uint256", "nonce", 2)] public BigInteger Nonce { get; set; }
    }

    [Error("NotFinal")]
    internal sealed class NotFinalError : IErrorDTO
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }

    [Error("NotPaid")]
    internal sealed class NotPaidError : IErrorDTO;

    [Error("NotSynced")]
    internal sealed class NotSyncedError : IErrorDTO
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
        [Parameter("uint32", "epoch", 2)] public uint Epoch { get; set; }
    }

    [Error("OnlyEpochLedger")]
    internal sealed class OnlyEpochLedgerError : IErrorDTO;

    [Error("OnlyLeaseBook")]
    internal sealed class OnlyLeaseBookError : IErrorDTO;

    [Error("PayTokenNotAllowed")]
    internal sealed class PayTokenNotAllowedError : IErrorDTO
    {
        [Parameter("address", "token", 1)] public string Token { get; set; } = "";
    }

    [Error("SafeERC20FailedOperation")]
    internal sealed class SafeERC20FailedOperationError : IErrorDTO
    {
        [Parameter("address", "token", 1)] public string Token { get; set; } = "";
    }

    [Error("SignatureExpired")]
    internal sealed class SignatureExpiredError : IErrorDTO
    {
        [Parameter("uint256", "deadline", 1)] public BigInteger Deadline { get; set; }
    }

    [Error("SyncedThrough")]
    internal sealed class SyncedThroughError : IErrorDTO
    {
        [Parameter("uint32", "expected", 1)] public uint Expected { get; set; }
        [Parameter("uint32", "actual", 2)] public uint Actual { get; set; }
    }

    [Error("TooManyPayTokens")]
    internal sealed class TooManyPayTokensError : IErrorDTO;

    [Error("UnknownLease")]
    internal sealed class UnknownLeaseError : IErrorDTO
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }

    [Error("UnsupportedFunding")]
    internal sealed class UnsupportedFundingError : IErrorDTO
    {
        [Parameter("uint8", "kind", 1)] public byte Kind { get; set; }
    }
}
