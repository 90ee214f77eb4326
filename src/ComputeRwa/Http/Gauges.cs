using System.Collections.Concurrent;

namespace ComputeRwa.Http;

/// <summary>What features want seen at /metrics beside what is counted there: whole numbers by name.</summary>
internal sealed class Gauges
{
    private readonly ConcurrentDictionary<string, (string Help, long Value)> _values = new();

    /// <summary>In the order of names.</summary>
    public IEnumerable<(string Name, string Help, long Value)> All => _values.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => (v.Key, v.Value.Help, v.Value.Value));

    public void Set(string name, string help, long value) => _values[name] = (help, value);
}
