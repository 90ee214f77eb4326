using System.Globalization;

namespace ComputeRwa.Agent;

/// <summary>One line for each event: time, level, event, and its figures by name.</summary>
internal sealed class Log(TextWriter to, bool verbose)
{
    private readonly Lock _gate = new();

    public void Detail(string name, params (string Name, object? Value)[] figures)
    {
        if (verbose) Write("detail", name, figures);
    }

    public void Info(string name, params (string Name, object? Value)[] figures) => Write("info", name, figures);

    public void Warn(string name, params (string Name, object? Value)[] figures) => Write("warn", name, figures);

    public void Error(string name, params (string Name, object? Value)[] figures) => Write("error", name, figures);

    private void Write(string level, string name, (string Name, object? Value)[] figures)
    {
        var text = string.Concat(figures.Select(f => $" {f.Name}={Text(f.Value)}"));
        lock (_gate)
        {
            to.WriteLine($"{DateTimeOffset.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} {level} {name}{text}");
            to.Flush();
        }
    }

    private static string Text(object? value)
    {
        var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        return text.Any(c => c is ' ' or '"' || char.IsControl(c)) || text.Length == 0 ? $"\"{new string([.. text.Select(c => c == '"' ? '\'' : char.IsControl(c) ? ' ' : c)])}\"" : text;
    }
}
