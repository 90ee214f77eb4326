using System.Numerics;
using ComputeRwa.Verify.Reading;

namespace ComputeRwa.Verify.Auditing;

/// <summary>Cash into or out of a contract: what it says, or what the token says.</summary>
internal sealed record Flow(string Transaction, string Party, BigInteger Amount);

/// <summary>Each payment that a contract speaks of is a transfer of the token, and the other way round.</summary>
internal static class Flows
{
    /// <returns>what came in without a reason, base units</returns>
    public static BigInteger Explain(string address, string contract, TokenRecord token, IEnumerable<Flow> saidIn, IEnumerable<Flow> saidOut, Audit audit)
    {
        var (unpaid, donations) = Match(saidIn, token.In.Select(t => new Flow(t.Place.Transaction, t.Account("from"), t["value"])));
        var (unsent, thefts) = Match(saidOut, token.Out.Select(t => new Flow(t.Place.Transaction, t.Account("to"), t["value"])));
        foreach (var flow in unpaid) audit.Findings.Require(false, "cash-in", $"{address} {flow.Transaction}", $"{flow.Party} is said to have paid {flow.Amount} to {contract}, which never arrived");
        foreach (var flow in unsent) audit.Findings.Require(false, "cash-out", $"{address} {flow.Transaction}", $"{flow.Party} is said to have been paid {flow.Amount} by {contract}, which never left");
        foreach (var flow in thefts) audit.Findings.Require(false, "cash-out", $"{address} {flow.Transaction}", $"{flow.Amount} went from {contract} to {flow.Party}, which nothing explains");
        audit.Findings.Equal("token-balance", $"{address} {contract}", Sum(token.In) - Sum(token.Out), token.Balance, "it does not hold what came in less what went out");
        audit.Count("transfers of tokens explained", token.In.Count + token.Out.Count);
        return donations.Aggregate(BigInteger.Zero, (sum, d) => sum + d.Amount);
    }

    public static BigInteger Sum(IEnumerable<ChainEvent> transfers) => transfers.Aggregate(BigInteger.Zero, (sum, t) => sum + t["value"]);

    /// <summary>By transaction and party: one transfer may pay for several things that are said, as escrow and deposit come in one.</summary>
    /// <returns>what is said and did not happen, and what happened and nobody speaks of</returns>
    private static (IReadOnlyList<Flow> Said, IReadOnlyList<Flow> Happened) Match(IEnumerable<Flow> said, IEnumerable<Flow> happened)
    {
        var open = new Dictionary<(string Transaction, string Party), BigInteger>();
        foreach (var flow in said) open[(flow.Transaction, flow.Party)] = open.GetValueOrDefault((flow.Transaction, flow.Party)) + flow.Amount;
        foreach (var flow in happened) open[(flow.Transaction, flow.Party)] = open.GetValueOrDefault((flow.Transaction, flow.Party)) - flow.Amount;
        return ([.. open.Where(f => f.Value.Sign > 0).Select(f => new Flow(f.Key.Transaction, f.Key.Party, f.Value))],
            [.. open.Where(f => f.Value.Sign < 0).Select(f => new Flow(f.Key.Transaction, f.Key.Party, -f.Value))]);
    }
}
