using System.Numerics;
using ComputeRwa.Verify.Reading;

namespace ComputeRwa.Verify.Auditing;

/// <summary>A lease that ends before its term: never before the epoch in which that is decided, and an exit not without its notice.</summary>
internal static class EndingAudit
{
    /// <param name="e">LeaseExited, LeaseDefaulted or Shortened</param>
    /// <param name="terms">null when no file shows them: the notice is then not known</param>
    public static void Apply(ChainEvent e, LeaseLedger lease, Struct? terms, ChainRecord chain, Audit audit)
    {
        var where = $"{lease.Facts.Id} {e.Place}";
        if (e.Name == "Shortened")
        {
            audit.Findings.Require(e["epochs"] <= lease.Epochs && e["epochs"].Sign > 0, "ending", where, $"is shortened from {lease.Epochs} to {e["epochs"]} epochs");
            lease.Shorten(e["epochs"]);
            audit.Count("leases ended early");
            return;
        }
        BigInteger present = chain.BlockTimes[e.Place.Block] / chain.Ledger.EpochLength;
        var earliest = e.Name == "LeaseExited" && terms is not null ? present + terms["noticeEpochs"] : present;
        audit.Findings.Require(e["endEpoch"] >= BigInteger.Max(earliest, lease.Facts.StartEpoch), "ending", where, $"ends with epoch {e["endEpoch"]}, which is before {earliest}");
    }
}
