using ComputeRwa.Settlement;
using static ComputeRwa.Web.Layout;

namespace ComputeRwa.Web;

internal static class StatementPage
{
    public static Html Render(StatementView s) => Page($"Epoch {s.Epoch}, from GPU-seconds to cents", Html.Of(
        $"""
        {Facts([
            ("Token", Link($"/tokens/{s.LeaseId}", Code(s.LeaseId))), ("On chain", State(s.Synced ? "synced" : "not yet")), ("Trust", Text(Trust(s.Trust))),
            ("Metering record", Code(s.RecordHash)), ("Evidence", Link($"/v1/epochs/{s.Epoch}/evidence", Code(s.EvidenceHash))),
            ("Proof", Link($"/v1/epochs/{s.Epoch}/leases/{s.LeaseId}/proof", Text("leaf, proof and root"))),
            .. s.StaleIndex ? [("Index", Text("stale: the floor applied"))] : ((string, Html)[])[]])}
        {Table("Steps", ["Step", "Result", "", "How"], [.. s.Steps.Select(step => (IReadOnlyList<Html>)
            [Text(step.Name), Number(step.Value), Text(step.Unit), Html.Of($"<span class=\"long\">{step.Text}{(step.Dropped is { } dropped ? $" {dropped}" : "")}</span>")])])}
        """));

    private static string Trust(int label) => label switch { 0 => "Self-reported", 1 => "Attested", 2 => "Cross-checked", _ => $"label {label}" };
}
