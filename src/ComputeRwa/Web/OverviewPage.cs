using System.Globalization;
using ComputeRwa.Chain;
using ComputeRwa.Fleet;
using ComputeRwa.Leases;
using ComputeRwa.Settlement;
using static ComputeRwa.Web.Layout;

namespace ComputeRwa.Web;

internal static class OverviewPage
{
    public static Html Render(BlockHeader? head, Deployment deployment, IReadOnlyList<LeaseView> leases, IReadOnlyList<Node> nodes, IReadOnlyList<EpochView> epochs, IReadOnlyList<OutboxRow> recent) =>
        Page("Overview", Html.Of($"{Figures(head, deployment, leases, nodes)}{Leases(leases)}{Epochs(epochs)}{TransactionPages.Rows("Latest transactions", recent)}{Contracts(deployment)}"));

    private static Html Figures(BlockHeader? head, Deployment deployment, IReadOnlyList<LeaseView> leases, IReadOnlyList<Node> nodes) => Cards(
        ("Block", Text(head?.Number.ToString("#,0", CultureInfo.InvariantCulture) ?? "not seen yet")),
        ("Chain time", head is null ? Text("not seen yet") : Time(head.MinedAt)),
        ("Epoch", Text(head is null ? "–" : deployment.Epochs.EpochOf(head.MinedAt))),
        ("Nodes", Text(nodes.Count)),
        ("GPUs", Text(nodes.Sum(n => n.GpuUuids.Count))),
        ("Leases", Text(leases.Count)));

    private static Html Leases(IReadOnlyList<LeaseView> leases) => Table(
        "Leases", ["Token", "Status", "GPUs", "Region", "Method", "Per GPU-hour", "Synced through", "Rent applied", "Escrow"],
        [.. leases.Select(l => (IReadOnlyList<Html>)
        [
            Link($"/tokens/{l.Id}", Short(l.Id)), State(l.Status), Text($"{l.Terms.GpuCount} × {l.GpuModel}"), Text(l.Region), Text(PricingText.TitleOf((PricingMethod)l.Terms.Method)),
            Prices(l), Text(l.SyncedThrough?.ToString(CultureInfo.InvariantCulture) ?? "–"), Money(l.Applied), Money(l.Escrow),
        ])]);

    private static Html Prices(LeaseView l) =>
        l.PricePerGpuHour is { } one ? Money(one) : Html.Of($"<span class=\"number\">{l.FloorPricePerGpuHour!.Amount} – {l.CeilingPricePerGpuHour!.Amount}</span> {l.CeilingPricePerGpuHour.Currency}");

    private static Html Epochs(IReadOnlyList<EpochView> epochs) => Table(
        "Epochs", ["Epoch", "Day", "Status", "Leases", "GPU-seconds, in all", "Wh, in all", "Rent, in all", "Root", "File"],
        [.. epochs.Select(e => (IReadOnlyList<Html>)
        [
            Text(e.Epoch), Html.Of($"<time>{e.StartsAt:yyyy-MM-dd HH:mm}</time>"), State(e.Status.ToString().ToLowerInvariant()), Number(e.Leases),
            Number(e.GpuSeconds.ToString("#,0", CultureInfo.InvariantCulture)), Number(e.WattHours.ToString("#,0", CultureInfo.InvariantCulture)), Money(e.Rent),
            Short(e.Root), Link($"/v1/epochs/{e.Epoch}/file", Text("JSON")),
        ])]);

    private static Html Contracts(Deployment d) => Html.Of(
        $"""
        <section><h2>Contracts on chain {d.ChainId}</h2>{Facts(
            ("LeaseBook", Code(d.Contracts.LeaseBook)), ("LeaseClaims", Code(d.Contracts.LeaseClaims)), ("EpochLedger", Code(d.Contracts.EpochLedger)),
            ("Eligibility", Code(d.Contracts.Eligibility)), ("Pay token", Code(d.Contracts.TestDollar)),
            ("Attestors", Html.Of($"{d.Threshold} of {d.Attestors.Count}: {string.Join(", ", d.Attestors)}")),
            ("Challenge window", Text($"{d.ChallengeWindow} s")))}</section>
        """);
}
