using System.Numerics;
using ComputeRwa.Verify.Reading;

namespace ComputeRwa.Verify.Auditing;

/// <summary>Where the replay ends against what the contracts answer at the head.</summary>
internal static class HeadAudit
{
    public static void Run(ChainRecord chain, IReadOnlyDictionary<string, LeaseLedger> leases, Audit audit)
    {
        foreach (var (id, lease) in leases) CheckLease(id, lease, chain.Series[id], audit);
        foreach (var ((id, holder), view) in chain.Holders)
            if (leases.TryGetValue(id, out var lease)) CheckHolder($"{id} {holder}", lease, lease.Of(holder), view, audit);
    }

    private static void CheckLease(string id, LeaseLedger lease, SeriesView view, Audit audit)
    {
        audit.Findings.Equal("series", $"{id} applied", lease.Applied, view.Applied, "is not what the leaves applied come to");
        audit.Findings.Equal("series", $"{id} lastEpoch", lease.LastEpoch, view.LastEpoch, "is not the last epoch applied");
        audit.Findings.Equal("series", $"{id} funded", lease.Funded, view.Funded, "is not what was paid in, less refunds");
        audit.Findings.Equal("series", $"{id} epochs", lease.Epochs, view.Epochs, "is not what was signed, less what an exit or a default took off");
        audit.Findings.Equal("series", $"{id} income", lease.Income, view.Income, "is not the other income that was paid in");
        audit.Findings.Equal("series", $"{id} held", lease.Held, view.Held, "is not what objections hold back");
        audit.Findings.Equal("series", $"{id} objections", (BigInteger)lease.Objections, view.Objections, "is not the number of undecided objections");
        audit.Findings.Equal("series", $"{id} deposit", lease.Deposit, view.Deposit, "is not what was deposited and not used");
        audit.Findings.Equal("series", $"{id} escrow", lease.Escrow, view.Escrow, "is not what was paid in and not applied");
        audit.Findings.Equal("series", $"{id} providerDue", lease.ProviderDue, view.ProviderDue, "is not the provider's share less what it was paid");
        audit.Findings.Equal("series", $"{id} feeDue", lease.FeeDue, view.FeeDue, "is not the platform's share less what it was paid");
        var held = lease.Holdings.Values.Aggregate(BigInteger.Zero, (sum, h) => sum + h.Balance);
        audit.Findings.Equal("units", $"{id} supply", lease.Facts.Units, held, "its holders do not hold all its units");
        audit.Count("leases held against the chain");
    }

    private static void CheckHolder(string where, LeaseLedger lease, Holding holding, HolderView view, Audit audit)
    {
        audit.Findings.Equal("account", $"{where} balance", holding.Balance, view.Balance, "is not what the transfers come to");
        audit.Findings.Equal("account", $"{where} checkpoint", holding.Checkpoint, view.Checkpoint, "is not the revenue per unit that was credited last");
        audit.Findings.Equal("account", $"{where} accrued", holding.Accrued, view.Accrued, "is not what was credited and not yet claimed");
        audit.Findings.Equal("account", $"{where} claimable", holding.Owed(lease.Shares.PerUnit), view.Claimable, "is not what the holder has earned and not yet claimed");
        audit.Count("holders' entitlements held against the chain");
    }
}
