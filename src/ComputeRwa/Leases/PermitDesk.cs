using System.Collections.Concurrent;
using System.Globalization;
using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;
using PayToken = ComputeRwa.Chain.Contracts.PayToken;

namespace ComputeRwa.Leases;

/// <param name="Value">base units, as in the typed data that was signed</param>
/// <param name="Deadline">unix seconds, as in the typed data that was signed</param>
internal sealed record PermitInput(string Value, long Deadline, string Signature);

/// <summary>ERC-2612 permits for LeaseClaims to pull pay tokens: what to sign, and whether it was signed.</summary>
internal sealed class PermitDesk(ChainClient chain, Deployment deployment)
{
    private readonly ConcurrentDictionary<Address, Eip712Domain> _domains = new();

    /// <summary>What calldata carries when there is no permit.</summary>
    public static PermitDto None => new() { R = new byte[32], S = new byte[32] };

    /// <summary>The permit with the owner's present nonce. Only one permit of an owner can be on its way at a time.</summary>
    public async Task<TypedDataView> View(Address token, Address owner, BigInteger value, long deadline) =>
        Eip712.View(await DomainOf(token), await Message(token, owner, value, deadline));

    /// <summary>The permit as calldata when the owner signed it, it covers <paramref name="needed"/> and has not expired.</summary>
    public async Task<Result<PermitDto>> Check(PermitInput input, Address token, Address owner, BigInteger needed, DateTimeOffset now)
    {
        var fields = new Fields();
        fields.Require(Uint256.TryParse(input.Value, out var value) && value >= needed, "permit.value", $"must be at least {needed} base units");
        fields.Require(input.Deadline > now.ToUnixTimeSeconds(), "permit.deadline", "must be unix seconds in the future");
        fields.Require(Hex.IsHex(input.Signature, 65), "permit.signature", "must be 0x and 130 hex digits");
        if (fields.Error is { } error) return error;
        var signature = Convert.FromHexString(input.Signature.AsSpan(2));
        var digest = Eip712.Digest(await DomainOf(token), await Message(token, owner, value, input.Deadline));
        if (!Signatures.IsBy(owner, digest, signature, out var reason))
            return new Error("wrong-signature", $"permit.signature {reason}; it must be over the permit with the owner's present nonce.", [new("permit.signature", reason)]);
        return new PermitDto { Value = value, Deadline = input.Deadline, V = signature[64], R = signature[..32], S = signature[32..64] };
    }

    /// <summary>Refuses when the payer could not pay now: too few tokens, or neither a permit nor an allowance.</summary>
    public async Task<Error?> RefuseShort(Address token, Address payer, BigInteger needed, bool hasPermit)
    {
        var asked = (Balance: chain.AskOrRemember<PayToken.BalanceOf, BigInteger>(token, new() { Account = payer.Value }, b => b >= needed), Allowance: Allowance(token, payer, needed, hasPermit));
        await Task.WhenAll(asked.Balance, asked.Allowance);
        var (balance, allowance) = (await asked.Balance, await asked.Allowance);
        if (balance < needed) return Error.Conflict("escrow-short", $"{payer} has {balance} base units of the pay token and needs {needed}");
        return hasPermit || allowance >= needed ? null
            : Error.Conflict("escrow-short", $"{payer} allows LeaseClaims {allowance} base units of the pay token and {needed} are needed; send a permit", "permit");
    }

    private Task<BigInteger> Allowance(Address token, Address payer, BigInteger needed, bool hasPermit) => hasPermit ? Task.FromResult(BigInteger.Zero)
        : chain.AskOrRemember<PayToken.Allowance, BigInteger>(token, new() { Owner = payer.Value, Spender = deployment.Contracts.LeaseClaims }, a => a >= needed);

    private async Task<Erc2612PermitDto> Message(Address token, Address owner, BigInteger value, long deadline) => new()
    {
        Owner = owner.Value,
        Spender = deployment.Contracts.LeaseClaims,
        Value = value,
        Nonce = await chain.Ask<PayToken.Nonces, BigInteger>(token, new() { Owner = owner.Value }),
        Deadline = deadline,
    };

    /// <summary>The token's own EIP-712 domain, as its contract tells it.</summary>
    public async Task<Eip712Domain> DomainOf(Address token)
    {
        if (_domains.TryGetValue(token, out var known)) return known;
        var told = await chain.AskOutput<PayToken.Eip712Domain, PayToken.Eip712DomainOutput>(token, new());
        return _domains.GetOrAdd(token, new Eip712Domain(told.Name, told.Version, (long)told.ChainId, told.VerifyingContract));
    }
}

/// <summary>Integers of more than 64 bits in requests: decimal strings.</summary>
internal static class Uint256
{
    public static bool TryParse(string? text, out BigInteger value)
    {
        value = default;
        if (text is not { Length: >= 1 and <= 78 } || !BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)) return false;
        value = parsed;
        return parsed.GetBitLength() <= 256;
    }
}
