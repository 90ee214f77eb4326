using System.Globalization;
using System.Numerics;
using ComputeRwa.Verify.Reading;

namespace ComputeRwa.Verify.Auditing;

/// <summary>Conservation of the bonds in EpochLedger: what stands, what disputes hold, what is owed to their winners, and what a lost challenge burned.</summary>
internal static class BondAudit
{
    public static void Run(ChainRecord chain, Audit audit, List<string> totals)
    {
        if (chain.Bonds is not { } bonds) return;
        var said = chain.Events.Where(e => e.Contract == chain.Deployment.EpochLedger).ToList();
        var donated = Flows.Explain(bonds.Token, "EpochLedger", bonds.Flows, said.SelectMany(e => In(e, bonds.DisputeBond)), said.SelectMany(Out), audit);

        var burned = Sum(said, "RootsCancelled", "burned");
        var standing = Sum(said, "BondDeposited", "amount") - Sum(said, "BondWithdrawn", "amount") - Sum(said, "RootsCancelled", "reward") - burned;
        audit.Findings.Equal("ledger", "bond", standing, bonds.Bond, "is not what was deposited, less withdrawals and what lost challenges took");
        var disputed = bonds.OpenDisputes * bonds.DisputeBond;
        var owed = bonds.Bond + disputed + bonds.Credits + burned;
        audit.Findings.Equal("conservation", $"{bonds.Token} EpochLedger", owed + donated, bonds.Flows.Balance, "it does not hold what it owes, what was burned and what was donated");
        totals.Add(string.Create(CultureInfo.InvariantCulture,
            $"EpochLedger {bonds.Token}: {bonds.Bond} bond + {disputed} disputed + {bonds.Credits} credited + {burned} burned + {donated} donated = {owed + donated}"));
    }

    private static IEnumerable<Flow> In(ChainEvent e, BigInteger disputeBond) => e.Name switch
    {
        "BondDeposited" => [new(e.Place.Transaction, e.Account("from"), e["amount"])],
        "RevealDemanded" => [new(e.Place.Transaction, e.Account("by"), disputeBond)],
        "Objected" => [new(e.Place.Transaction, e.Account("lessee"), disputeBond)],
        _ => [],
    };

    private static IEnumerable<Flow> Out(ChainEvent e) =>
        e.Name is "BondWithdrawn" or "Collected" ? [new(e.Place.Transaction, e.Account("to"), e["amount"])] : [];

    private static BigInteger Sum(IEnumerable<ChainEvent> events, string name, string member) =>
        events.Where(e => e.Name == name).Aggregate(BigInteger.Zero, (sum, e) => sum + e[member]);
}
