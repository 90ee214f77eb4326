using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry.Findings;

/// <summary>Some time of a GPU's: unix seconds, the last one outside.</summary>
internal sealed record GpuTime(NodeId NodeId, string GpuUuid, long From, long To);

/// <summary>A contradiction in what was reported. It says that something is wrong, not who is.</summary>
/// <param name="Of">whose series this one equals, and when that was; null where the GPU contradicts itself</param>
/// <param name="Figures">what contradicts what, by name with its unit</param>
internal sealed record Finding(Check Check, GpuTime At, GpuTime? Of, IReadOnlyDictionary<string, long> Figures);
