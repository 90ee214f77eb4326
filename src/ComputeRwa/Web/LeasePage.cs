using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Pricing;
using static ComputeRwa.Web.Layout;

namespace ComputeRwa.Web;

internal static class LeasePage
{
    public static Html Render(LeaseView lease, PayToken token, IReadOnlyList<SyncRow> syncs, IReadOnlyList<CashRow> cash, IReadOnlyList<Revenue> revenue, IReadOnlyList<IndexValue> index) => Page(
        $"Lease of {lease.Terms.GpuCount} × {lease.GpuModel}",
        Html.Of($"{Figures(lease)}{Terms(lease)}{Syncs(lease, token, syncs)}{Inputs(lease, token, revenue, index)}{Cash(token, cash)}{Gpus(lease)}"));

    private static Html Figures(LeaseView l) => Cards(
        ("Status", State(l.Status)), ("Rent applied", Money(l.Applied)), ("Escrow left", Money(l.Escrow)), ("Arrears", Money(l.Arrears)),
        ("To holders", Money(l.Earned.Pool)), ("To provider", Money(l.Earned.Provider)), ("Fee", Money(l.Earned.Fee)));

    private static Html Terms(LeaseView l) => Html.Of(
        $"""
        <section><h2>Terms, as signed</h2>{Facts(
            ("Token", Link($"/tokens/{l.Id}", Code(l.Id))), ("Provider", Code(l.Terms.Provider)), ("Lessee", Code(l.Terms.Lessee)), ("Region", Text(l.Region)),
            ("From, to", Html.Of($"{Time(l.StartsAt)} – {Time(l.EndsAt)} (epochs {l.Terms.StartEpoch} to {l.LastEpoch}{EarlyEnd(l)})")),
            ("Pricing", Html.Of($"{PricingText.TitleOf((PricingMethod)l.Terms.Method)}: {l.Pricing}")),
            ("Availability promised", Html.Of($"{Percent(l.Terms.SlaBps)}, credit ×{l.Terms.SlaCreditSlope} up to {Percent(l.Terms.SlaCreditCapBps)} of gross")),
            ("Efficiency target", Html.Of($"{l.Terms.EfficiencyTarget} busy GPU-seconds per kWh, at most ±{Percent(l.Terms.EfficiencyCapBps)}")),
            ("Curtailment", Html.Of($"up to {Percent(l.Terms.CurtailLimitBps)} of the time, credit {Percent(l.Terms.CurtailCreditBps)} of the price")),
            ("Split", Html.Of($"holders {Percent(l.Terms.PoolBps)}, fee {Percent(l.Terms.FeeBps)}, provider the rest")),
            ("Cap per epoch", Money(l.CapPerEpoch)), ("Prefunded", Html.Of($"{Money(l.Prefunding)} for {l.Terms.NoticeEpochs} epochs, of which the lessee may be {l.Terms.GraceEpochs} behind")),
            ("Security deposit", Money(l.Deposit)),
            ("Units", Text(l.Terms.Units)), ("Eligibility policy", Text(l.Terms.Policy)))}</section>
        """);

    private static Html Syncs(LeaseView lease, PayToken token, IReadOnlyList<SyncRow> syncs) => Table(
        "Epochs applied", ["Epoch", "Rent asked, in all", "Rent applied, in all", "When", "Statement", "Proof"],
        [.. syncs.Select(s => (IReadOnlyList<Html>)
        [
            Text(s.Epoch), Money(new Money(s.Asked, token).ToJson()), Money(new Money(s.Applied, token).ToJson()), Time(s.MinedAt),
            Link($"/leases/{lease.Id}/epochs/{s.Epoch}", Text("steps")), Link($"/v1/epochs/{s.Epoch}/leases/{lease.Id}/proof", Text("JSON")),
        ])]);

    /// <summary>What the pricing method asks for beside telemetry.</summary>
    private static Html Inputs(LeaseView lease, PayToken token, IReadOnlyList<Revenue> revenue, IReadOnlyList<IndexValue> index) => (PricingMethod)lease.Terms.Method switch
    {
        PricingMethod.Indexed => Table("Index values in its region", ["Epoch", "Per GPU-hour", "Source", "Written"],
            [.. index.Select(v => (IReadOnlyList<Html>)[Text(v.Epoch), Money(new Money(v.Value, token).ToJson()), Text(v.Source), Time(v.CreatedAt)])]),
        PricingMethod.RevenueShare => Table("Revenue reported", ["Epoch", "Amount", "Source", "By", "Written"],
            [.. revenue.Select(r => (IReadOnlyList<Html>)[Text(r.Epoch), Money(new Money(r.Amount, token).ToJson()), Text(r.Source), Text(r.ReportedBy), Time(r.CreatedAt)])]),
        _ => Html.Empty,
    };

    private static Html Cash(PayToken token, IReadOnlyList<CashRow> cash) => Table(
        "Cash", ["What", "Party", "Amount", "When", "Transaction hash"],
        [.. cash.Select(c => (IReadOnlyList<Html>)[Text(c.Kind), Short(c.Party.Value), Money(new Money(c.Amount, token).ToJson()), Time(c.MinedAt), Short(c.TxHash.Value)])]);

    private static Html Gpus(LeaseView lease) => Table(
        "GPUs let", ["GPU", "Node", "Node key"], [.. lease.Gpus.Select(g => (IReadOnlyList<Html>)[Code(g.Uuid), Code(g.NodeId), Short(g.NodeKey)])]);

    private static string EarlyEnd(LeaseView l) => l.Terms.StartEpoch + l.Terms.Epochs - 1 is var signed && signed > l.LastEpoch ? $"; signed to {signed}" : "";
}
