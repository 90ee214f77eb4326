using System.Globalization;
using System.Numerics;
using ComputeRwa.Verify.Reading;

namespace ComputeRwa.Verify.Auditing;

/// <summary>Conservation, pay token by pay token: each payment that the contracts speak of is a transfer of the token, and the other way round.</summary>
internal static class TokenAudit
{
    private sealed record Flow(string Transaction, string Party, BigInteger Amount);

    public static void Run(ChainRecord chain, IReadOnlyDictionary<string, LeaseLedger> leases, Audit audit, List<string> totals)
    {
        foreach (var (address, token) in chain.Tokens) Check(chain, address, token, [.. leases.Values.Where(l => l.Facts.PayToken == address)], audit, totals);
        foreach (var lease in leases.Values.Where(l => !chain.Tokens.ContainsKey(l.Facts.PayToken)))
            audit.Findings.Require(false, "pay-token", lease.Facts.Id, $"is paid in {lease.Facts.PayToken}, which was never allowed");
    }

    private static void Check(ChainRecord chain, string address, TokenRecord token, IReadOnlyList<LeaseLedger> leases, Audit audit, List<string> totals)
    {
        var own = leases.Select(l => l.Facts.Id).ToHashSet();
        var said = chain.Events.Where(e => e.Contract == chain.Deployment.LeaseClaims).ToList();
        var (paidIn, donations) = Match(said.SelectMany(e => In(e, own)), token.In.Select(t => new Flow(t.Place.Transaction, t.Account("from"), t["value"])));
        var (paidOut, thefts) = Match(said.SelectMany(e => Out(e, own)), token.Out.Select(t => new Flow(t.Place.Transaction, t.Account("to"), t["value"])));

        foreach (var flow in paidIn) audit.Findings.Require(false, "cash-in", $"{address} {flow.Transaction}", $"{flow.Party} is said to have paid {flow.Amount}, which never arrived");
        foreach (var flow in paidOut) audit.Findings.Require(false, "cash-out", $"{address} {flow.Transaction}", $"{flow.Party} is said to have been paid {flow.Amount}, which never left");
        foreach (var flow in thefts) audit.Findings.Require(false, "cash-out", $"{address} {flow.Transaction}", $"{flow.Amount} went to {flow.Party}, which no claim, payment or refund explains");

        var (gotten, given) = (Sum(token.In.Select(t => t["value"])), Sum(token.Out.Select(t => t["value"])));
        var donated = Sum(donations.Select(d => d.Amount));
        audit.Findings.Equal("token-balance", address, gotten - given, token.Balance, "LeaseClaims does not hold what came in less what went out");
        Conserve(chain, address, token, leases, donated, audit, totals);
        audit.Count("transfers of pay tokens explained", token.In.Count + token.Out.Count);
        totals.Add(string.Create(CultureInfo.InvariantCulture, $"{address}: {gotten} in, {given} out, {token.Balance} held, of which {donated} were given without a reason; base units"));
    }

    /// <summary>From what the contracts themselves answer, not from the replay: the books that holders see add up to the cash that is there.</summary>
    private static void Conserve(ChainRecord chain, string address, TokenRecord token, IReadOnlyList<LeaseLedger> leases, BigInteger donated, Audit audit, List<string> totals)
    {
        var views = leases.Select(l => (Lease: l, View: chain.Series[l.Facts.Id])).ToList();
        var escrow = Sum(views.Select(v => v.View.Escrow ?? 0));
        var provider = Sum(views.Select(v => v.View.ProviderDue ?? 0));
        var fee = Sum(views.Select(v => v.View.FeeDue ?? 0));
        var own = leases.Select(l => l.Facts.Id).ToHashSet();
        var claimable = Sum(chain.Holders.Where(h => own.Contains(h.Key.Lease)).Select(h => h.Value.Claimable ?? 0));
        var deposits = Sum(views.Select(v => v.View.Deposit ?? 0));
        var residue = Sum(leases.Select(l => l.Residue));
        var owed = escrow + deposits + claimable + provider + fee + residue;
        audit.Findings.Equal("conservation", address, owed + donated, token.Balance, "LeaseClaims does not hold what it owes and what was donated");
        totals.Add(string.Create(CultureInfo.InvariantCulture,
            $"{address}: {escrow} escrow + {deposits} deposits + {claimable} claimable + {provider} provider + {fee} fee + {residue} residue + {donated} donated = {owed + donated}"));
    }

    private static IEnumerable<Flow> In(ChainEvent e, HashSet<string> leases)
    {
        var from = e.Name switch { "Funded" => "payer", "DepositPaid" => "lessee", _ => null };
        return from is not null && leases.Contains(e.Hash("id")) ? [new(e.Place.Transaction, e.Account(from), e["amount"])] : [];
    }

    private static IEnumerable<Flow> Out(ChainEvent e, HashSet<string> leases)
    {
        var to = e.Name switch { "Claimed" or "Refunded" => "to", "ProviderPaid" => "provider", "FeeCollected" => "recipient", _ => null };
        return to is not null && leases.Contains(e.Hash("id")) ? [new(e.Place.Transaction, e.Account(to), e["amount"])] : [];
    }

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

    private static BigInteger Sum(IEnumerable<BigInteger> amounts) => amounts.Aggregate(BigInteger.Zero, (sum, amount) => sum + amount);
}
