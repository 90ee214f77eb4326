using System.Globalization;
using System.Numerics;
using ComputeRwa.Verify.Reading;

namespace ComputeRwa.Verify.Auditing;

/// <summary>Conservation, pay token by pay token: each payment that the contracts speak of is a transfer of the token, and the other way round.</summary>
internal static class TokenAudit
{
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
        var donated = Flows.Explain(address, "LeaseClaims", token, said.SelectMany(e => In(e, own)), said.SelectMany(e => Out(e, own)), audit);
        Conserve(chain, address, token, leases, donated, audit, totals);
        totals.Add(string.Create(CultureInfo.InvariantCulture, $"LeaseClaims {address}: {Flows.Sum(token.In)} in, {Flows.Sum(token.Out)} out, {token.Balance} held, of which {donated} were given without a reason; base units"));
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
        audit.Findings.Equal("conservation", $"{address} LeaseClaims", owed + donated, token.Balance, "LeaseClaims does not hold what it owes and what was donated");
        totals.Add(string.Create(CultureInfo.InvariantCulture,
            $"LeaseClaims {address}: {escrow} escrow + {deposits} deposits + {claimable} claimable + {provider} provider + {fee} fee + {residue} residue + {donated} donated = {owed + donated}"));
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

    private static BigInteger Sum(IEnumerable<BigInteger> amounts) => amounts.Aggregate(BigInteger.Zero, (sum, amount) => sum + amount);
}
