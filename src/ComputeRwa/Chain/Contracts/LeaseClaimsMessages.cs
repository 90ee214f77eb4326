using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace ComputeRwa.Chain.Contracts;

/// <summary>LeaseClaims: claim units (ERC-1155, ERC-7943), revenue accounting, custody of cash.</summary>
internal static partial class LeaseClaims
{
    [Function("accountOf", typeof(AccountOfOutput))]
    internal sealed class AccountOf : FunctionMessage
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
        [Parameter("address", "holder", 2)] public string Holder { get; set; } = "";
    }

    [FunctionOutput]
    internal sealed class AccountOfOutput : IFunctionOutputDTO
    {
        [Parameter("tuple", "", 1, "Account")] public AccountDto Value { get; set; } = new();
    }

    [Function("allowPayToken", "uint8")]
    internal sealed class AllowPayToken : FunctionMessage
    {
        [Parameter("address", "token", 1)] public string Token { get; set; } = "";
    }

    [Function("balanceOf", "uint256")]
    internal sealed class BalanceOf : FunctionMessage
    {
        [Parameter("address", "account", 1)] public string Account { get; set; } = "";
        [Parameter("uint256", "id", 2)] public BigInteger Id { get; set; }
    }

    [Function("balanceOfBatch", "uint256[]")]
    internal sealed class BalanceOfBatch : FunctionMessage
    {
        [Parameter("address[]", "accounts", 1)] public List<string> Accounts { get; set; } = [];
        [Parameter("uint256[]", "ids", 2)] public List<BigInteger> Ids { get; set; } = [];
    }

    [Function("boundsOf", typeof(BoundsOfOutput))]
    internal sealed class BoundsOf : FunctionMessage
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }

    [FunctionOutput]
    internal sealed class BoundsOfOutput : IFunctionOutputDTO
    {
        [Parameter("tuple", "", 1, "Bounds")] public BoundsDto Value { get; set; } = new();
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

    [Function("canTransfer", "bool")]
    internal sealed class CanTransfer : FunctionMessage
    {
        [Parameter("address", "from", 1)] public string From { get; set; } = "";
        [Parameter("address", "to", 2)] public string To { get; set; } = "";
        [Parameter("uint256", "tokenId", 3)] public BigInteger TokenId { get; set; }
        [Parameter("uint256", "amount", 4)] public BigInteger Amount { get; set; }
    }

    [Function("cancelNonce")]
    internal sealed class CancelNonce : FunctionMessage
    {
        [Parameter("uint256", "nonce", 1)] public BigInteger NonceValue { get; set; }
    }

    [Function("claim", "uint96")]
    internal sealed class Claim : FunctionMessage
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
        [Parameter("address", "holder", 2)] public string Holder { get; set; } = "";
    }

    [Function("claimMany")]
    internal sealed class ClaimMany : FunctionMessage
    {
        [Parameter("uint256[]", "ids", 1)] public List<BigInteger> Ids { get; set; } = [];
        [Parameter("address", "holder", 2)] public string Holder { get; set; } = "";
    }

    [Function("claimTo", "uint96")]
    internal sealed class ClaimTo : FunctionMessage
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
        [Parameter("address", "to", 2)] public string To { get; set; } = "";
    }

    [Function("claimable", "uint96")]
    internal sealed class Claimable : FunctionMessage
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
        [Parameter("address", "holder", 2)] public string Holder { get; set; } = "";
    }

    [Function("collectFee", "uint96")]
    internal sealed class CollectFee : FunctionMessage
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }

    [Function("contractURI", "string")]
    internal sealed class ContractURI : FunctionMessage;

    [Function("escrowOf", "uint96")]
    internal sealed class EscrowOf : FunctionMessage
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }

    [Function("feeDue", "uint96")]
    internal sealed class FeeDue : FunctionMessage
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }

    [Function("feeRecipient", "address")]
    internal sealed class FeeRecipient : FunctionMessage;

    [Function("forcedTransfer", "bool")]
    internal sealed class ForcedTransfer : FunctionMessage
    {
        [Parameter("address", "from", 1)] public string From { get; set; } = "";
        [Parameter("address", "to", 2)] public string To { get; set; } = "";
        [Parameter("uint256", "tokenId", 3)] public BigInteger TokenId { get; set; }
        [Parameter("uint256", "amount", 4)] public BigInteger Amount { get; set; }
    }

    [Function("getFrozenTokens", "uint256")]
    internal sealed class GetFrozenTokens : FunctionMessage
    {
        [Parameter("address", "account", 1)] public string Account { get; set; } = "";
        [Parameter("uint256", "tokenId", 2)] public BigInteger TokenId { get; set; }
    }

    [Function("isApprovedForAll", "bool")]
    internal sealed class IsApprovedForAll : FunctionMessage
    {
        [Parameter("address", "account", 1)] public string Account { get; set; } = "";
        [Parameter("address", "operator", 2)] public string Operator { get; set; } = "";
    }

    [Function("name", "string")]
    internal sealed class Name : FunctionMessage;

    [Function("nonceUsed", "bool")]
    internal sealed class NonceUsed : FunctionMessage
    {
        [Parameter("address", "account", 1)] public string Account { get; set; } = "";
        [Parameter("uint256", "nonce", 2)] public BigInteger NonceValue { get; set; }
    }

    [Function("payTokenIndex", "uint8")]
    internal sealed class PayTokenIndex : FunctionMessage
    {
        [Parameter("address", "token", 1)] public string Token { get; set; } = "";
    }

    [Function("payTokenOf", "address")]
    internal sealed class PayTokenOf : FunctionMessage
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }

    [Function("providerDue", "uint96")]
    internal sealed class ProviderDue : FunctionMessage
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }

    [Function("safeBatchTransferFrom")]
    internal sealed class SafeBatchTransferFrom : FunctionMessage
    {
        [Parameter("address", "from", 1)] public string From { get; set; } = "";
        [Parameter("address", "to", 2)] public string To { get; set; } = "";
        [Parameter("uint256[]", "ids", 3)] public List<BigInteger> Ids { get; set; } = [];
        [Parameter("uint256[]", "values", 4)] public List<BigInteger> Values { get; set; } = [];
        [Parameter("bytes", "data", 5)] public byte[] Data { get; set; } = [];
    }

    [Function("safeTransferFrom")]
    internal sealed class SafeTransferFrom : FunctionMessage
    {
        [Parameter("address", "from", 1)] public string From { get; set; } = "";
        [Parameter("address", "to", 2)] public string To { get; set; } = "";
        [Parameter("uint256", "id", 3)] public BigInteger Id { get; set; }
        [Parameter("uint256", "value", 4)] public BigInteger Value { get; set; }
        [Parameter("bytes", "data", 5)] public byte[] Data { get; set; } = [];
    }

    [Function("seriesOf", typeof(SeriesOfOutput))]
    internal sealed class SeriesOf : FunctionMessage
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }

    [FunctionOutput]
    internal sealed class SeriesOfOutput : IFunctionOutputDTO
    {
        [Parameter("tuple", "", 1, "Series")] public SeriesDto Value { get; set; } = new();
    }

    [Function("setApprovalForAll")]
    internal sealed class SetApprovalForAll : FunctionMessage
    {
        [Parameter("address", "operator", 1)] public string Operator { get; set; } = "";
        [Parameter("bool", "approved", 2)] public bool Approved { get; set; }
    }

    [Function("setBaseURI")]
    internal sealed class SetBaseURI : FunctionMessage
    {
        [Parameter("string", "base", 1)] public string Base { get; set; } = "";
    }

    [Function("setFeeRecipient")]
    internal sealed class SetFeeRecipient : FunctionMessage
    {
        [Parameter("address", "recipient", 1)] public string Recipient { get; set; } = "";
    }

    [Function("setFrozenTokens", "bool")]
    internal sealed class SetFrozenTokens : FunctionMessage
    {
        [Parameter("address", "account", 1)] public string Account { get; set; } = "";
        [Parameter("uint256", "tokenId", 2)] public BigInteger TokenId { get; set; }
        [Parameter("uint256", "amount", 3)] public BigInteger Amount { get; set; }
    }

    [Function("symbol", "string")]
    internal sealed class Symbol : FunctionMessage;

    [Function("totalSupply", "uint256")]
    internal sealed class TotalSupply : FunctionMessage
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }

    [Function("transferWithSignature")]
    internal sealed class TransferWithSignature : FunctionMessage
    {
        [Parameter("tuple", "order", 1, "TransferOrder")] public TransferOrderDto Order { get; set; } = new();
        [Parameter("bytes", "signature", 2)] public byte[] Signature { get; set; } = [];
    }

    [Function("uri", "string")]
    internal sealed class Uri : FunctionMessage
    {
        [Parameter("uint256", "id", 1)] public BigInteger Id { get; set; }
    }
}
