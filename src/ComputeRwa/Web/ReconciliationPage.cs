using ComputeRwa.Settlement;
using static ComputeRwa.Web.Layout;

namespace ComputeRwa.Web;

internal static class ReconciliationPage
{
    public static Html Render(long block, DateTimeOffset at, IReadOnlyList<Check> checks) => Page("Reconciliation", Html.Of(
        $"""
        {Cards(("Balanced", State(checks.All(c => c.Balanced) ? "yes" : "no")), ("As of block", Text(block)), ("Block time", Time(at)))}
        {Table("Database, chain and Merkle evidence", ["Check", "Balanced", "Rows", "Expected", "Actual"], [.. checks.Select(c => (IReadOnlyList<Html>)
            [Html.Of($"<span class=\"long\">{c.Says}</span>"), State(c.Balanced ? "yes" : "no"), Number(c.Compared), Number(c.Expected), Number(c.Actual)])])}
        {Html.Each(checks.Where(c => c.Terms is not null), Equation)}
        {Table("Differences", ["Check", "Table", "Row", "Against", "Block", "Expected", "Actual"], [.. checks.SelectMany(c => c.Differences.Select(d => (IReadOnlyList<Html>)
            [Text(c.Name), Text(d.Table), Code(d.Row), Text(d.Source), Text(d.Block), Number(d.Expected), Number(d.Actual)]))])}
        """));

    /// <summary>Base units of the pay token, one part a line.</summary>
    private static Html Equation(Check check) => Html.Of(
        $"<section><h2>{check.Name}</h2>{Facts([.. check.Terms!.Select(t => (t.Key, Number(t.Value)))])}</section>");
}
