using ComputeRwa.Kernel;

namespace ComputeRwa.Web;

/// <summary>The frame of every page and the few pieces they share.</summary>
internal static class Layout
{
    public static Html Page(string title, Html body) => Html.Of(
        $"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{title} · ComputeRwa</title><link rel="stylesheet" href="/style.css"></head>
        <body><header><a class="brand" href="/">ComputeRwa</a>
        <nav><a href="/">Overview</a><a href="/transactions">Transactions</a><a href="/reconciliation">Reconciliation</a><a href="/openapi/v1.json">OpenAPI</a></nav></header>
        <main><h1>{title}</h1>{body}</main></body></html>
        """);

    /// <summary>A table with a heading row; says so when there is nothing to show.</summary>
    public static Html Table(string caption, IReadOnlyList<string> heads, IReadOnlyCollection<IReadOnlyList<Html>> rows) => rows.Count == 0
        ? Html.Of($"<section><h2>{caption}</h2><p class=\"none\">None yet.</p></section>")
        : Html.Of(
            $"""
            <section><h2>{caption}</h2><div class="scroll"><table><thead><tr>{Html.Each(heads, h => Html.Of($"<th>{h}</th>"))}</tr></thead>
            <tbody>{Html.Each(rows, row => Html.Of($"<tr>{Html.Each(row, cell => Html.Of($"<td>{cell}</td>"))}</tr>"))}</tbody></table></div></section>
            """);

    /// <summary>Named facts, one a line.</summary>
    public static Html Facts(params (string Name, Html Value)[] facts) => Html.Of(
        $"<dl>{Html.Each(facts, f => Html.Of($"<dt>{f.Name}</dt><dd>{f.Value}</dd>"))}</dl>");

    public static Html Cards(params (string Name, Html Value)[] cards) => Html.Of(
        $"<div class=\"cards\">{Html.Each(cards, c => Html.Of($"<div class=\"card\"><span>{c.Name}</span><b>{c.Value}</b></div>"))}</div>");

    public static Html Text(object? value) => Html.Of($"{value}");

    public static Html Number(object value) => Html.Of($"<span class=\"number\">{value}</span>");

    /// <summary>A hash or address, shortened; the whole of it shows on hover and is what a copy takes.</summary>
    public static Html Short(string hex) => Html.Of($"<code title=\"{hex}\">{Shorten(hex)}</code>");

    public static Html Code(string text) => Html.Of($"<code>{text}</code>");

    public static Html Money(MoneyJson money) => Html.Of($"<span class=\"number\">{money.Amount}</span> {money.Currency}");

    /// <summary>Ten-thousandths as percent, exact.</summary>
    public static Html Percent(long bps) => Html.Of($"{bps / 100}.{bps % 100:00} %");

    public static Html Link(string href, Html text) => Html.Of($"<a href=\"{href}\">{text}</a>");

    public static Html State(string state) => Html.Of($"<span class=\"state {state}\">{state}</span>");

    public static Html Time(DateTimeOffset at) => Html.Of($"<time>{at:yyyy-MM-dd HH:mm:ss} UTC</time>");

    private static string Shorten(string hex) => hex.Length <= 14 ? hex : $"{hex[..8]}…{hex[^6..]}";

    public const string Style =
        """
        :root{color-scheme:light dark;--ink:#16201c;--soft:#5d6b65;--line:#dfe5e2;--paper:#fbfcfb;--card:#fff;--accent:#0b7a55;--bad:#b3261e}
        @media(prefers-color-scheme:dark){:root{--ink:#e6ece9;--soft:#98a6a0;--line:#2c3632;--paper:#121715;--card:#1a211e;--accent:#4cc79a;--bad:#ff8a80}}
        *{box-sizing:border-box}body{margin:0;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
        header{display:flex;gap:2rem;align-items:center;padding:.9rem 1.5rem;border-bottom:1px solid var(--line);flex-wrap:wrap}
        .brand{font-weight:700;color:var(--ink)}nav{display:flex;gap:1.2rem}a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline}
        main{max-width:1180px;margin:0 auto;padding:1.5rem}h1{font-size:1.5rem;margin:.2rem 0 1rem}h2{font-size:1.05rem;margin:2rem 0 .6rem}
        .scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;background:var(--card);border:1px solid var(--line)}
        th,td{text-align:left;padding:.45rem .7rem;border-bottom:1px solid var(--line);white-space:nowrap}th{color:var(--soft);font-weight:600;font-size:.85rem}
        td:has(.number){text-align:right}.number{font-variant-numeric:tabular-nums}code{font:13px ui-monospace,monospace}pre{overflow-x:auto;background:var(--card);border:1px solid var(--line);padding:1rem}
        .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:.8rem}.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.8rem 1rem}
        .card>span{display:block;color:var(--soft);font-size:.85rem}.card b{font-size:1.15rem;font-variant-numeric:tabular-nums}
        dl{display:grid;grid-template-columns:minmax(130px,max-content) 1fr;gap:.3rem 1.2rem;margin:0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
        .state{border:1px solid var(--line);border-radius:99px;padding:.05rem .6rem;font-size:.85rem}.state.failed,.state.no,.state.delinquent{color:var(--bad);border-color:var(--bad)}
        .state.final,.state.active,.state.yes,.state.synced,.state.posted{color:var(--accent);border-color:var(--accent)}.none{color:var(--soft)}.long{white-space:normal;display:inline-block;min-width:24rem}.side{display:grid;grid-template-columns:minmax(220px,300px) 1fr;gap:2rem;align-items:start}
        .side img{width:100%;border-radius:10px;border:1px solid var(--line)}@media(max-width:700px){.side{grid-template-columns:1fr}}
        """;
}
