using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace ComputeRwa.Chain.Contracts;

internal static partial class LeaseClaims
{
    [Event("ApprovalForAll")]
    internal sealed class ApprovalForAllEvent : IEventDTO
    {
        [Parameter("address", "account", 1, true)] public string Account { get; set; } = "";
        [Parameter("address", "operator", 2, true)] public string Operator { get; set; } = "";
        [Parameter("bool", "approved", 3)] public bool Approved { get; set; }
    }

    [Event("AuthorityUpdated")]
    internal sealed class AuthorityUpdatedEvent : IEventDTO
    {
        [Parameter("address", "authority", 1)] public string Authority { get; set; } = "";
    }

    [Event("Claimed")]
    internal sealed class ClaimedEvent : IEventDTO
    {
        [Parameter("uint256", "id", 1, true)] public BigInteger Id { get; set; }
        [Parameter("address", "holder", 2, true)] public string Holder { get; set; } = "";
        [Parameter("address", "to", 3, true)] public string To { get; set; } = "";
        [Parameter("uint96", "amount", 4)] public BigInteger Amount { get; set; }
    }

    [Event("ContractURIUpdated")]
    internal sealed class ContractURIUpdatedEvent : IEventDTO;

    [Event("DepositPaid")]
    internal sealed class DepositPaidEvent : IEventDTO
    {
        [Parameter("uint256", "id", 1, true)] public BigInteger Id { get; set; }
        [Parameter("address", "lessee", 2, true)] public string Lessee { get; set; } = "";
        [Parameter("uint96", "amount", 3)] public BigInteger Amount { get; set; }
    }

    [Event("DepositUsed")]
    internal sealed class DepositUsedEvent : IEventDTO
    {
        [Parameter("uint256", "id", 1, true)] public BigInteger Id { get; set; }
        [Parameter("uint96", "amount", 2)] public BigInteger Amount { get; set; }
    }

    [Event("FeeCollected")]
    internal sealed class FeeCollectedEvent : IEventDTO
    {
        [Parameter("uint256", "id", 1, true)] public BigInteger Id { get; set; }
        [Parameter("address", "recipient", 2, true)] public string Recipient { get; set; } = "";
        [Parameter("uint96", "amount", 3)] public BigInteger Amount { get; set; }
    }

    [Event("FeeRecipientSet")]
    internal sealed class FeeRecipientSetEvent : IEventDTO
    {
        [Parameter("address", "recipient", 1, true)] public string Recipient { get; set; } = "";
    }

    [Event("ForcedTransfer")]
    internal sealed class ForcedTransferEvent : IEventDTO
    {
        [Parameter("address", "from", 1, true)] public string From { get; set; } = "";
        [Parameter("address", "to", 2, true)] public string To { get; set; } = "";
        [Parameter("uint256", "tokenId", 3, true)] public BigInteger TokenId { get; set; }
        [Parameter("uint256", "amount", 4)] public BigInteger Amount { get; set; }
    }

    [Event("Frozen")]
    internal sealed class FrozenEvent : IEventDTO
    {
        [Parameter("address", "account", 1, true)] public string Account { get; set; } = "";
        [Parameter("uint256", "tokenId", 2, true)] public BigInteger TokenId { get; set; }
        [Parameter("uint256", "amount", 3)] public BigInteger Amount { get; set; }
    }

    [Event("Funded")]
    internal sealed class FundedEvent : IEventDTO
    {
        [Parameter("uint256", "id", 1, true)] public BigInteger Id { get; set; }
        [Parameter("uint8", "kind", 2, true)] public byte Kind { get; set; }
        [Parameter("address", "payer", 3, true)] public string Payer { get; set; } = "";
        [Parameter("uint96", "amount", 4)] public BigInteger Amount { get; set; }
    }

    [Event("HeldBack")]
    internal sealed class HeldBackEvent : IEventDTO
    {
        [Parameter("uint256", "id", 1, true)] public BigInteger Id { get; set; }
        [Parameter("uint96", "held", 2)] public BigInteger Held { get; set; }
    }

    [Event("NonceCancelled")]
    internal sealed class NonceCancelledEvent : IEventDTO
    {
        [Parameter("address", "account", 1, true)] public string Account { get; set; } = "";
        [Parameter("uint256", "nonce", 2)] public BigInteger Nonce { get; set; }
    }

    [Event("PayTokenAllowed")]
    internal sealed class PayTokenAllowedEvent : IEventDTO
    {
        [Parameter("address", "token", 1, true)] public string Token { get; set; } = "";
        [Parameter("uint8", "index", 2)] public byte Index { get; set; }
    }

    [Event("PayTokenRetired")]
    internal sealed class PayTokenRetiredEvent : IEventDTO
    {
        [Parameter("address", "token", 1, true)] public string Token { get; set; } = "";
        [Parameter("uint8", "index", 2)] public byte Index { get; set; }
    }

    [Event("ProviderPaid")]
    internal sealed class ProviderPaidEvent : IEventDTO
    {
        [Parameter("uint256", "id", 1, true)] public BigInteger Id { get; set; }
        [Parameter("address", "provider", 2, true)] public string Provider { get; set; } = "";
        [Parameter("uint96", "amount", 3)] public BigInteger Amount { get; set; }
    }

    [Event("Refunded")]
    internal sealed class RefundedEvent : IEventDTO
    {
        [Parameter("uint256", "id", 1, true)] public BigInteger Id { get; set; }
        [Parameter("address", "to", 2, true)] public string To { get; set; } = "";
        [Parameter("uint96", "amount", 3)] public BigInteger Amount { get; set; }
    }

    [Event("Shortened")]
    internal sealed class ShortenedEvent : IEventDTO
    {
        [Parameter("uint256", "id", 1, true)] public BigInteger Id { get; set; }
        [Parameter("uint24", "epochs", 2)] public uint Epochs { get; set; }
    }

    [Event("SyncSkipped")]
    internal sealed class SyncSkippedEvent : IEventDTO
    {
        [Parameter("uint256", "id", 1, true)] public BigInteger Id { get; set; }
        [Parameter("uint32", "epoch", 2, true)] public uint Epoch { get; set; }
    }

    [Event("Synced")]
    internal sealed class SyncedEvent : IEventDTO
    {
        [Parameter("uint256", "id", 1, true)] public BigInteger Id { get; set; }
        [Parameter("uint32", "epoch", 2, true)] public uint Epoch { get; set; }
        [Parameter("uint96", "rent", 3)] public BigInteger Rent { get; set; }
        [Parameter("uint96", "applied", 4)] public BigInteger Applied { get; set; }
    }

    [Event("TransferBatch")]
    internal sealed class TransferBatchEvent : IEventDTO
    {
        [Parameter("address", "operator", 1, true)] public string Operator { get; set; } = "";
        [Parameter("address", "from", 2, true)] public string From { get; set; } = "";
        [Parameter("address", "to", 3, true)] public string To { get; set; } = "";
        [Parameter("uint256[]", "ids", 4)] public List<BigInteger> Ids { get; set; } = [];
        [Parameter("uint256[]", "values", 5)] public List<BigInteger> Values { get; set; } = [];
    }

    [Event("TransferSingle")]
    internal sealed class TransferSingleEvent : IEventDTO
    {
        [Parameter("address", "operator", 1, true)] public string Operator { get; set; } = "";
        [Parameter("address", "from", 2, true)] public string From { get; set; } = "";
        [Parameter("address", "to", 3, true)] public string To { get; set; } = "";
        [Parameter("uint256", "id", 4)] public BigInteger Id { get; set; }
        [Parameter("uint256", "value", 5)] public BigInteger Value { get; set; }
    }
}
