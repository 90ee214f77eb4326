using System.Numerics;

namespace ComputeRwa.Verify.Reading;

/// <summary>The cash that EpochLedger holds: the standing bond, bonds of disputes, and what it owes to those who won them.</summary>
internal sealed class BondReader(ContractCalls calls, TokenReader tokens, string ledger)
{
    /// <returns>null when the ledger takes no bonds</returns>
    /// <exception cref="UnreadableException">The ledger does not answer.</exception>
    public async Task<BondRecord?> Read(IReadOnlyList<ChainEvent> events)
    {
        async Task<BigInteger> Ask(string function) => (await calls.Required(ledger, function))[0];
        var token = await Ask("bondToken()");
        if (token.IsZero) return null;
        var credits = await calls.All(ledger, [.. events.SelectMany(Creditors).Distinct().Select(a => new Call("creditOf(address)", a))]);
        var disputes = await calls.All(ledger, [.. events.SelectMany(Dispute).Distinct().Select(d => new Call(d.Function, d.First, d.Second))]);
        return new(Hashing.Account(token), await tokens.Read(Hashing.Account(token), ledger), await Ask("bond()"), await Ask("disputeBond()"),
            credits.Aggregate(BigInteger.Zero, (sum, c) => sum + Answered(c)[0]), disputes.Count(d => !Answered(d)[0].IsZero));
    }

    /// <summary>Everybody whom the ledger can come to owe something.</summary>
    private static IEnumerable<BigInteger> Creditors(ChainEvent e) => e.Name switch
    {
        "RootsCancelled" => [e["challenger"]],
        "RevealDemanded" or "Revealed" => [e["by"]],
        "Objected" => [e["lessee"]],
        "LeaseOriginated" => [e["provider"], e["lessee"]],
        _ => [],
    };

    /// <summary>What to ask of a dispute: the first word of the answer, who demands or how much is disputed, is zero when it is over.</summary>
    private static IEnumerable<(string Function, BigInteger First, BigInteger Second)> Dispute(ChainEvent e) => e.Name switch
    {
        "RevealDemanded" => [("demandOf(uint32,uint256)", e["epoch"], e["id"])],
        "Objected" => [("objectionOf(uint256,uint32)", e["id"], e["epoch"])],
        _ => [],
    };

    private static IReadOnlyList<BigInteger> Answered(IReadOnlyList<BigInteger>? words) =>
        words is { Count: > 0 } ? words : throw new UnreadableException("EpochLedger does not answer for its bonds");
}
