using ComputeRwa.Chain;
using ComputeRwa.Claims;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using static ComputeRwa.Web.Layout;

namespace ComputeRwa.Web;

internal static class TokenPage
{
    public static Html Render(
        LeaseView lease, PayToken token, Deployment deployment, HolderBook book, IReadOnlyList<TransferRow> transfers, IReadOnlyList<PayoutRow> payouts) => Page(
        $"{lease.Terms.GpuCount} × {lease.GpuModel}, {lease.Region}",
        Html.Of(
            $"""
            <div class="side"><img src="/v1/tokens/{lease.Id[2..]}.svg" alt="The lease drawn"><div>{About(lease, deployment)}</div></div>
            {Holders(token, book)}{Transfers(transfers)}{Payouts(token, payouts)}{Proof(lease)}
            """));

    private static Html About(LeaseView l, Deployment d) => Facts(
        ("Status", State(l.Status)), ("Token id", Code(l.Id)), ("Contract", Code(d.Contracts.LeaseClaims)), ("Standard", Text("ERC-1155, ERC-7943")),
        ("Units", Text(l.Terms.Units)), ("Rent applied", Money(l.Applied)), ("To holders so far", Money(l.Earned.Pool)),
        ("Synced through", Text(l.SyncedThrough is { } epoch ? $"epoch {epoch}" : "not on chain yet")),
        ("Lease", Link($"/leases/{l.Id}", Text("terms, epochs, cash"))),
        ("Metadata", Link($"/v1/tokens/{l.Id[2..]}.json", Text("ERC-1155 JSON"))));

    private static Html Holders(PayToken token, HolderBook book) => Table(
        "Holders", ["Account", "Units", "Claimable now", "Claimed"],
        [.. book.Holdings.OrderByDescending(h => h.Value.Units).ThenBy(h => h.Key.Value, StringComparer.Ordinal).Select(h => (IReadOnlyList<Html>)
        [
            Code(h.Key.Value), Number(h.Value.Units), Money(new Money(h.Value.Claimable(book.PerUnit), token).ToJson()), Money(new Money(h.Value.Claimed, token).ToJson()),
        ])]);

    private static Html Transfers(IReadOnlyList<TransferRow> transfers) => Table(
        "Transfers", ["When", "From", "To", "Units", "Transaction hash"],
        [.. transfers.Select(t => (IReadOnlyList<Html>)
        [
            Time(t.MinedAt), t.Sender == Address.Zero ? Text("mint") : Short(t.Sender.Value),
            Html.Of($"{Short(t.Recipient.Value)}{(t.Forced == 1 ? " (forced)" : "")}"), Number(t.Units), Short(t.TxHash.Value),
        ])]);

    private static Html Payouts(PayToken token, IReadOnlyList<PayoutRow> payouts) => Table(
        "Cash paid", ["When", "Holder", "Amount", "Transaction hash"],
        [.. payouts.Select(p => (IReadOnlyList<Html>)[Time(p.MinedAt), Short(p.Holder.Value), Money(new Money(p.Amount, token).ToJson()), Short(p.TxHash.Value)])]);

    private static Html Proof(LeaseView l) => l.SyncedThrough is { } epoch && epoch >= l.Terms.StartEpoch
        ? Html.Of(
            $"""
            <section><h2>Proof</h2><p>The rent above is a leaf of epoch {epoch}'s Merkle tree, whose root attestors signed and the chain holds:
            <a href="/v1/epochs/{epoch}/leases/{l.Id}/proof">leaf, proof and root</a>,
            <a href="/leases/{l.Id}/epochs/{epoch}">every step from GPU-seconds to cents</a>, <a href="/v1/epochs/{epoch}/file">the whole epoch</a> and
            <a href="/v1/epochs/{epoch}/evidence">the telemetry it rests on</a>.</p></section>
            """)
        : Html.Empty;
}
