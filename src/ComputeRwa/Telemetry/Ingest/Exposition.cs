using System.Buffers.Text;
using System.Globalization;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry.Ingest;

/// <summary>
/// Reads Prometheus' text format, as dcgm-exporter answers <c>/metrics</c>: <c>name{label="value",…} value [milliseconds]</c>. Comments are stepped
/// over, whatever they say.
/// </summary>
internal static class Exposition
{
    private const byte Newline = (byte)'\n';

    /// <param name="at">unix milliseconds for lines that name no time</param>
    public static Result<Arrival> Read(ReadOnlySpan<byte> text, long at)
    {
        var arrival = new Arrival();
        for (var line = 1; !text.IsEmpty; line++)
        {
            var end = text.IndexOf(Newline);
            var one = (end < 0 ? text : text[..end]).Trim(" \t\r"u8);
            text = end < 0 ? default : text[(end + 1)..];
            if (one.IsEmpty || one[0] == '#') continue;
            if (arrival.Samples.Count == Arrival.MostSamples) return new Error("too-large", $"The text has more than {Arrival.MostSamples} samples.", []);
            if (ReadLine(one, at, arrival) is { } why)
                return new Error("malformed", string.Create(CultureInfo.InvariantCulture, $"Line {line} cannot be read: {why}."), [new(string.Create(CultureInfo.InvariantCulture, $"line {line}"), why)]);
        }
        return arrival;
    }

    private static string? ReadLine(ReadOnlySpan<byte> line, long at, Arrival arrival)
    {
        var name = line[..NameLength(line)];
        if (name.IsEmpty) return "it does not begin with a metric's name";
        var place = After(line, name.Length, " \t"u8);
        var metric = Metric.Find(name);
        var labels = new SeriesLabels();
        if (place < line.Length && line[place] == '{' && ReadLabels(line, ref place, ref labels) is { } why) return why;
        var rest = line[place..].TrimStart(" \t"u8);
        var number = rest[..WordLength(rest)];
        rest = rest[number.Length..].TrimStart(" \t"u8);
        if (FixedPoint.OfText(number, metric?.Scale ?? 1, out var value) is not { } reading) return "its value is no number";
        var exemplar = rest.IndexOf((byte)'#');
        if (exemplar >= 0) rest = rest[..exemplar].TrimEnd(" \t"u8);
        if (!rest.IsEmpty && (!Utf8Parser.TryParse(rest, out at, out var read) || read != rest.Length)) return "its time is no whole number of milliseconds";
        if (metric is null) return null;
        if (labels.Resolve(metric) is { } series) arrival.Add(series, reading, value, at);
        else arrival.WithoutGpu++;
        return null;
    }

    private static string? ReadLabels(ReadOnlySpan<byte> line, ref int at, ref SeriesLabels labels)
    {
        at++;
        while (true)
        {
            at = After(line, at, " \t,"u8);
            if (at == line.Length) return "its labels have no end";
            if (line[at] == '}')
            {
                at++;
                return null;
            }
            var name = line.Slice(at, NameLength(line[at..]));
            if (name.IsEmpty) return "a label has no name";
            if (name.Length > WriteRequest.MostLabelBytes) return "a label's name is too long";
            at = After(line, at + name.Length, " \t"u8);
            if (at == line.Length || line[at] != '=') return "a label has no value";
            at = After(line, at + 1, " \t"u8);
            if (at == line.Length || line[at] != '"') return "a label's value is not in quotes";
            var quoted = line[(at + 1)..];
            if (ValueLength(quoted, out var escapes) is not { } length) return "a label's value has no end, or is too long";
            labels.Take(name, escapes == 0 ? quoted[..length] : Unescape(quoted[..length], escapes));
            at += length + 2;
        }
    }

    private static int After(ReadOnlySpan<byte> line, int at, ReadOnlySpan<byte> what)
    {
        while (at < line.Length && what.Contains(line[at])) at++;
        return at;
    }

    /// <summary>Bytes before the closing quote.</summary>
    private static int? ValueLength(ReadOnlySpan<byte> text, out int escapes)
    {
        escapes = 0;
        var end = 0;
        for (; end < text.Length && text[end] != '"'; end++)
            if (text[end] == '\\') (end, escapes) = (end + 1, escapes + 1);
        return end >= text.Length || end > WriteRequest.MostLabelBytes ? null : end;
    }

    private static byte[] Unescape(ReadOnlySpan<byte> text, int escapes)
    {
        var plain = new byte[text.Length - escapes];
        for (int from = 0, to = 0; from < text.Length; from++)
        {
            var c = text[from];
            if (c == '\\' && text[++from] is var escaped) c = escaped == 'n' ? Newline : escaped;
            plain[to++] = c;
        }
        return plain;
    }

    private static int NameLength(ReadOnlySpan<byte> text)
    {
        var length = 0;
        while (length < text.Length && (char.IsAsciiLetterOrDigit((char)text[length]) || text[length] is (byte)'_' or (byte)':')) length++;
        return length > 0 && text[0] is >= (byte)'0' and <= (byte)'9' ? 0 : length;
    }

    private static int WordLength(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAny((byte)' ', (byte)'\t');
        return end < 0 ? text.Length : end;
    }
}
