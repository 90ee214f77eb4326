using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace ComputeRwa.Chain.Contracts;

/// <summary>UseRights: who may use what a lease lets.</summary>
internal static partial class UseRights
{
    [Function("ownerOf", "address")]
    internal sealed class OwnerOf : FunctionMessage
    {
        [Parameter("uint256", "tokenId", 1)] public BigInteger TokenId { get; set; }
    }

    [Function("setUser")]
    internal sealed class SetUser : FunctionMessage
    {
        [Parameter("uint256", "tokenId", 1)] public BigInteger TokenId { get; set; }
        [Parameter("address", "user", 2)] public string User { get; set; } = "";
        [Parameter("uint64", "expires", 3)] public ulong Expires { get; set; }
    }

    [Function("sublet")]
    internal sealed class Sublet : FunctionMessage
    {
        [Parameter("tuple", "terms", 1, "LeaseTerms")] public LeaseTermsDto Terms { get; set; } = new();
        [Parameter("address", "user", 2)] public string User { get; set; } = "";
        [Parameter("uint64", "expires", 3)] public ulong Expires { get; set; }
        [Parameter("uint256", "deadline", 4)] public BigInteger Deadline { get; set; }
        [Parameter("bytes", "consent", 5)] public byte[] Consent { get; set; } = [];
        [Parameter("bytes", "signature", 6)] public byte[] Signature { get; set; } = [];
    }

    [Function("take", "uint256")]
    internal sealed class Take : FunctionMessage
    {
        [Parameter("tuple", "terms", 1, "LeaseTerms")] public LeaseTermsDto Terms { get; set; } = new();
    }

    [Function("userExpires", "uint256")]
    internal sealed class UserExpires : FunctionMessage
    {
        [Parameter("uint256", "tokenId", 1)] public BigInteger TokenId { get; set; }
    }

    [Function("userOf", "address")]
    internal sealed class UserOf : FunctionMessage
    {
        [Parameter("uint256", "tokenId", 1)] public BigInteger TokenId { get; set; }
    }
}
