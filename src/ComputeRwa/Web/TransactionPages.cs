using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComputeRwa.Chain;
using static ComputeRwa.Web.Layout;

namespace ComputeRwa.Web;

internal static class TransactionPages
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Html List(IReadOnlyList<OutboxRow> rows) => Page("Transactions", Html.Of(
        $"{Rows("In the order of the queue", rows)}{(rows.Count == 100 ? Link($"/transactions?after={rows[^1].Seq}", Text("next page")) : Html.Empty)}"));

    public static Html Rows(string caption, IReadOnlyList<OutboxRow> rows) => Table(
        caption, ["Transaction", "Kind", "About", "State", "Nonce", "Block", "Gas", "Hash"],
        [.. rows.Select(r => (IReadOnlyList<Html>)
        [
            Link($"/transactions/{r.Id}", Short(r.Id.Value)), Text(r.Kind), Short(r.Subject), State(r.State), Text(r.Nonce?.ToString(CultureInfo.InvariantCulture) ?? "–"),
            Text(r.BlockNumber?.ToString(CultureInfo.InvariantCulture) ?? "–"), Number(r.GasUsed?.ToString("#,0", CultureInfo.InvariantCulture) ?? "–"), r.Hash is { } hash ? Short(hash.Value) : Text("–"),
        ])]);

    public static Html One(TransactionView t) => Page($"Transaction {t.Kind}", Html.Of(
        $"""
        {Facts(
            ("State", State(t.State)), ("Why it failed", Text(t.Error ?? "–")), ("About", Code(t.Subject)), ("To", Code(t.To)), ("Hash", Code(t.Hash ?? "not signed yet")),
            ("Nonce", Text(t.Nonce?.ToString(CultureInfo.InvariantCulture) ?? "–")), ("Block", Text(t.BlockNumber?.ToString(CultureInfo.InvariantCulture) ?? "–")),
            ("Gas used", Text(t.GasUsed?.ToString("#,0", CultureInfo.InvariantCulture) ?? "–")), ("Asked for", Time(t.CreatedAt)), ("Last change", Time(t.UpdatedAt)))}
        <section><h2>Call</h2>{Json(t.Call)}</section>
        <section><h2>Events</h2>{(t.Events is { Count: > 0 } events ? Html.Each(events, Json) : Html.Of($"<p class=\"none\">None yet.</p>"))}</section>
        """));

    private static Html Json<T>(T value) => Html.Of($"<pre>{Readable(JsonSerializer.SerializeToNode(value, Indented))}</pre>");

    private static string Readable(JsonNode? node) => node?.ToJsonString(Indented) ?? "not known";
}
