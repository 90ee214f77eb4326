using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace ComputeRwa.Chain.Contracts;

/// <summary>An ERC-20 with ERC-2612; Mint exists on the development chains' test dollar only.</summary>
internal static partial class PayToken
{
    [Function("DOMAIN_SEPARATOR", "bytes32")]
    internal sealed class DomainSeparator : FunctionMessage;

    [Function("allowance", "uint256")]
    internal sealed class Allowance : FunctionMessage
    {
        [Parameter("address", "owner", 1)] public string Owner { get; set; } = "";
        [Parameter("address", "spender", 2)] public string Spender { get; set; } = "";
    }

    [Function("approve", "bool")]
    internal sealed class Approve : FunctionMessage
    {
        [Parameter("address", "spender", 1)] public string Spender { get; set; } = "";
        [Parameter("uint256", "value", 2)] public BigInteger Value { get; set; }
    }

    [Function("balanceOf", "uint256")]
    internal sealed class BalanceOf : FunctionMessage
    {
        [Parameter("address", "account", 1)] public string Account { get; set; } = "";
    }

    [Function("decimals", "uint8")]
    internal sealed class Decimals : FunctionMessage;

    [Function("eip712Domain", typeof(Eip712DomainOutput))]
    internal sealed class Eip712Domain : FunctionMessage;

    [FunctionOutput]
    internal sealed class Eip712DomainOutput : IFunctionOutputDTO
    {
        [Parameter("bytes1", "fields", 1)] public byte[] Fields { get; set; } = [];
        [Parameter("string", "name", 2)] public string Name { get; set; } = "";
        [Parameter("string", "version", 3)] public string Version { get; set; } = "";
        [Parameter("uint256", "chainId", 4)] public BigInteger ChainId { get; set; }
        [Parameter("address", "verifyingContract", 5)] public string VerifyingContract { get; set; } = "";
        [Parameter("bytes32", "salt", 6)] public byte[] Salt { get; set; } = [];
        [Parameter("uint256[]", "extensions", 7)] public List<BigInteger> Extensions { get; set; } = [];
    }

    [Function("mint")]
    internal sealed class Mint : FunctionMessage
    {
        [Parameter("address", "to", 1)] public string To { get; set; } = "";
        [Parameter("uint256", "amount", 2)] public BigInteger Amount { get; set; }
    }

    [Function("name", "string")]
    internal sealed class Name : FunctionMessage;

    [Function("nonces", "uint256")]
    internal sealed class Nonces : FunctionMessage
    {
        [Parameter("address", "owner", 1)] public string Owner { get; set; } = "";
    }

    [Function("permit")]
    internal sealed class Permit : FunctionMessage
    {
        [Parameter("address", "owner", 1)] public string Owner { get; set; } = "";
        [Parameter("address", "spender", 2)] public string Spender { get; set; } = "";
        [Parameter("uint256", "value", 3)] public BigInteger Value { get; set; }
        [Parameter("uint256", "deadline", 4)] public BigInteger Deadline { get; set; }
        [Parameter("uint8", "v", 5)] public byte V { get; set; }
        [Parameter("bytes32", "r", 6)] public byte[] R { get; set; } = [];
        [Parameter("bytes32", "s", 7)] public byte[] S { get; set; } = [];
    }

    [Function("symbol", "string")]
    internal sealed class Symbol : FunctionMessage;

    [Function("totalSupply", "uint256")]
    internal sealed class TotalSupply : FunctionMessage;

    [Function("transfer", "bool")]
    internal sealed class Transfer : FunctionMessage
    {
        [Parameter("address", "to", 1)] public string To { get; set; } = "";
        [Parameter("uint256", "value", 2)] public BigInteger Value { get; set; }
    }

    [Function("transferFrom", "bool")]
    internal sealed class TransferFrom : FunctionMessage
    {
        [Parameter("address", "from", 1)] public string From { get; set; } = "";
        [Parameter("address", "to", 2)] public string To { get; set; } = "";
        [Parameter("uint256", "value", 3)] public BigInteger Value { get; set; }
    }
}
