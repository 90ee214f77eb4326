using System.Globalization;
using ComputeRwa.Verify.Reading;

namespace ComputeRwa.Verify.Auditing;

/// <summary>A whole history: what was read of the chain and what was published, held against each other and against the rules.</summary>
internal static class ChainAudit
{
    public static ChainReport Run(ChainRecord chain, PublishedFiles files)
    {
        var (audit, totals) = (new Audit(), new List<string>());
        foreach (var log in chain.Unknown) audit.Findings.Require(false, "unknown-event", $"{log.Address} {log.Place}", $"says something this program has no name for: {string.Join(' ', log.Topics)}");
        var (roots, leaves) = (Roots.Of(chain, audit), new LeafBook(chain));
        if (roots.Posted.Count == 0) audit.Unread.Add("a root: none was ever posted, so there is nothing to audit");
        if (!files.HasEvidence) audit.Findings.Note("No evidence was given: metering records are taken as stated.");

        new RootAudit(chain, files, new(chain), leaves, Ends.Of(chain.Events), audit).Run(roots);
        SignatureAudit.Run(chain, roots, audit);
        var replay = new CashReplay(chain, roots, leaves, audit);
        replay.Run();
        HeadAudit.Run(chain, replay.Leases, audit);
        TokenAudit.Run(chain, replay.Leases, audit, totals);
        BondAudit.Run(chain, audit, totals);

        var subject = string.Create(CultureInfo.InvariantCulture, $"chain {chain.ChainId} up to block {chain.Head.Number} ({chain.Head.Hash}), LeaseBook {chain.Deployment.LeaseBook}");
        return new(subject, audit.Checked, totals, audit.Findings.Notes, audit.Unread, audit.Findings.Wrong);
    }
}
