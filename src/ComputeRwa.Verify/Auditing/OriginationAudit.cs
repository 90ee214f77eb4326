using ComputeRwa.Verify.Reading;

namespace ComputeRwa.Verify.Auditing;

/// <summary>What the chain keeps of a lease against the terms that were signed.</summary>
internal static class OriginationAudit
{
    /// <returns>null when neither the files nor the contracts show it</returns>
    public static LeaseFacts? FactsOf(string id, ChainRecord chain, LeafBook leaves, Audit audit)
    {
        var view = chain.Series[id];
        if (leaves.Terms.TryGetValue(id, out var terms))
        {
            var facts = LeaseFacts.Of(id, terms, chain.Ledger.EpochLength);
            CheckView(facts, view, audit);
            audit.Count("leases held against their signed terms");
            return facts;
        }
        if (view is { StartEpoch: { } start, Epochs: { } epochs, Cap: { } cap, Units: { } units, PoolBps: { } pool, FeeBps: { } fee, PayToken: { } token })
        {
            audit.Findings.Note($"{id} stands in no file yet: its terms are taken from the contracts.");
            return new(id, start, epochs, cap, units, pool, fee, token, null, null);
        }
        audit.Findings.Require(false, "lease-terms", id, "is originated, and the contracts do not answer for it");
        return null;
    }

    /// <param name="terms">null when no file shows them</param>
    public static void CheckEvent(ChainEvent e, LeaseFacts facts, Struct? terms, Audit audit)
    {
        audit.Findings.Equal("lease-terms", $"{facts.Id} capPerEpoch", facts.Cap, e["capPerEpoch"], "is not the cap of its terms");
        if (terms is null) return;
        audit.Findings.Equal("lease-terms", $"{facts.Id} provider", facts.Provider, e.Account("provider"), "is not the provider who signed");
        audit.Findings.Equal("lease-terms", $"{facts.Id} lessee", facts.Lessee, e.Account("lessee"), "is not the lessee who signed");
        audit.Findings.Equal("lease-terms", $"{facts.Id} funded", facts.Cap * terms["noticeEpochs"], e["funded"], "is not the cap of the notice epochs");
    }

    private static void CheckView(LeaseFacts facts, SeriesView view, Audit audit)
    {
        audit.Findings.Equal("lease-terms", $"{facts.Id} units", facts.Units, view.Units, "is not the supply of its terms");
        audit.Findings.Equal("lease-terms", $"{facts.Id} poolBps", facts.PoolBps, view.PoolBps, "is not the holders' share of its terms");
        audit.Findings.Equal("lease-terms", $"{facts.Id} feeBps", facts.FeeBps, view.FeeBps, "is not the platform's share of its terms");
        audit.Findings.Equal("lease-terms", $"{facts.Id} startEpoch", facts.StartEpoch, view.StartEpoch, "is not the first epoch of its terms");
        audit.Findings.Equal("lease-terms", $"{facts.Id} capPerEpoch", facts.Cap, view.Cap, "is not the cap of its terms");
        audit.Findings.Equal("lease-terms", $"{facts.Id} payToken", facts.PayToken, view.PayToken, "is not the pay token of its terms");
    }
}
