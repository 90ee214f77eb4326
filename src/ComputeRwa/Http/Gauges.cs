using System.Collections.Concurrent;

namespace ComputeRwa.Http;

/// <summary>What features want seen at /metrics beside what is counted there: whole numbers by name.</summary>
internal sealed class Gauges
{
    private readonly ConcurrentDictionary<string, Shown> _values = new();

    /// <summary>In the order of names.</summary>
    public IEnumerable<Shown> All => _values.Values.OrderBy(v => v.Name, StringComparer.Ordinal);

    public void Set(string name, string help, long value) => _values[name] = new(name, "gauge", help, value);

    /// <summary>Counts up, from zero when the program starts.</summary>
    public void Count(string name, string help, long by) =>
        _values.AddOrUpdate(name, _ => new(name, "counter", help, by), (_, shown) => shown with { Value = shown.Value + by });

    internal sealed record Shown(string Name, string Type, string Help, long Value);
}
