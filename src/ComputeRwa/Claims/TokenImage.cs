using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;

namespace ComputeRwa.Claims;

/// <summary>
/// A lease drawn: its GPUs as squares, one shade a node, coloured by model; how much of its time is settled and how much of its
/// rent is paid. The same facts always give the same bytes, and every text is escaped.
/// </summary>
internal static class TokenImage
{
    private const int Size = 600;
    private const int Margin = 40;
    private const int Width = Size - 2 * Margin;
    private const int GridTop = 150;
    private const int GridHeight = 260;
    private const int MostSquares = 1_024;
    private const int LargestCell = 9_000;

    /// <summary>Hues of the models in use; another model gets one from its name.</summary>
    private static readonly Dictionary<string, int> Hues = new() { ["A100"] = 152, ["H100"] = 96, ["H200"] = 190, ["B200"] = 268, ["GB200"] = 292, ["L40S"] = 32 };

    public static string Draw(TokenFacts facts)
    {
        var (terms, hue) = (facts.Terms, Hue(facts.Terms.GpuModel.Text));
        var applied = Part(facts.Cash.Applied, facts.Lease.CapPerEpoch * terms.Epochs);
        var settled = Part(facts.EpochsSettled, terms.Epochs);
        return Svg($"{facts.Title}, {facts.Status}", hue,
            $"""
            {Text(Margin, 76, 34, 600, "#f4f6f8", $"{terms.GpuCount} × {terms.GpuModel}")}
            {Text(Margin, 110, 18, 400, Ink(hue), $"{terms.Region} · {PricingText.Price(terms, facts.Show)} per GPU-hour · {PricingText.NameOf(terms.Method)}")}
            {Squares(facts.Gpus, hue)}
            {Bar(448, "settled", settled, $"{facts.EpochsSettled} of {terms.Epochs} epochs", hue)}
            {Bar(498, "rent", applied, facts.Show(facts.Cash.Applied), hue)}
            {Text(Margin, 568, 15, 400, "#8a97a6", $"lease {facts.ShortId} · {terms.Units.ToString("N0", CultureInfo.InvariantCulture)} units · {facts.Status}")}
            """);
    }

    public static string DrawContract() => Svg("ComputeRwa Lease Claims", 152,
        $"""
        {Text(Margin, 300, 52, 600, "#f4f6f8", "ComputeRwa")}
        {Text(Margin, 344, 22, 400, Ink(152), "GPU lease revenue as claims")}
        """);

    private static string Svg(string title, int hue, string body) =>
        $"""
        <svg xmlns="http://www.w3.org/2000/svg" width="{Size}" height="{Size}" viewBox="0 0 {Size} {Size}" role="img" font-family="ui-sans-serif, system-ui, sans-serif">
        <title>{Escape(title)}</title>
        <defs><linearGradient id="ground" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="hsl({hue}, 24%, 13%)"/><stop offset="1" stop-color="hsl({hue}, 30%, 6%)"/></linearGradient></defs>
        <rect width="{Size}" height="{Size}" rx="28" fill="url(#ground)"/>
        {body}
        </svg>

        """;

    private static string Squares(IReadOnlyList<LeasedGpu> gpus, int hue)
    {
        var count = Math.Min(gpus.Count, MostSquares);
        var columns = Math.Clamp(count, 1, Width * 100 / LargestCell);
        while (Cell(columns) * ((count + columns - 1) / columns) > GridHeight * 100) columns++;
        var (cell, svg, shade, node) = (Cell(columns), new StringBuilder(), -1, (NodeId?)null);
        for (var i = 0; i < count; i++)
        {
            if (node != gpus[i].NodeId) (shade, node) = (shade + 1, gpus[i].NodeId);
            var (x, y) = (Margin * 100 + i % columns * cell, GridTop * 100 + i / columns * cell);
            svg.Append(CultureInfo.InvariantCulture,
                $"<rect x=\"{Hundredths(x)}\" y=\"{Hundredths(y)}\" width=\"{Hundredths(cell * 84 / 100)}\" height=\"{Hundredths(cell * 84 / 100)}\" rx=\"{Hundredths(cell / 8)}\" fill=\"hsl({hue}, 58%, {40 + shade % 4 * 8}%)\"/>");
        }
        return count == gpus.Count ? svg.ToString() : svg + Text(Margin, GridTop + GridHeight + 20, 14, 400, Ink(hue), $"and {gpus.Count - count} more");
    }

    /// <summary>Side of a square with its gap in hundredths of a pixel, at most as large as looks well for a few GPUs.</summary>
    private static int Cell(int columns) => Math.Min(Width * 100 / columns, LargestCell);

    private static string Bar(int y, string label, int partOfThousand, string value, int hue) =>
        $"""
        {Text(Margin, y, 15, 400, "#8a97a6", label)}
        <text x="{Size - Margin}" y="{y}" font-size="15" fill="#f4f6f8" text-anchor="end">{Escape(value)}</text>
        <rect x="{Margin}" y="{y + 9}" width="{Width}" height="8" rx="4" fill="#ffffff" fill-opacity="0.12"/>
        <rect x="{Margin}" y="{y + 9}" width="{Width * partOfThousand / 1_000}" height="8" rx="4" fill="hsl({hue}, 62%, 58%)"/>
        """;

    private static string Text(int x, int y, int size, int weight, string fill, string text) =>
        $"<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" font-weight=\"{weight}\" fill=\"{fill}\">{Escape(text)}</text>";

    private static int Part(BigInteger part, BigInteger whole) => whole.IsZero ? 0 : (int)BigInteger.Min(1_000, part * 1_000 / whole);

    private static string Ink(int hue) => $"hsl({hue}, 40%, 72%)";

    private static string Hundredths(int value) => $"{value / 100}.{value % 100:00}";

    private static int Hue(string model) => Hues.TryGetValue(model.Split('-')[0], out var hue) ? hue : Keccak.Of(Encoding.ASCII.GetBytes(model))[0] * 360 / 256;

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
