namespace ComputeRwa.Fleet;

/// <summary>A GPU model that may be registered and let.</summary>
/// <param name="Name">our name, which also stands in lease terms: ASCII, at most 32 characters</param>
/// <param name="Product">what <c>nvidia-smi --query-gpu=name</c> prints for it</param>
/// <param name="MaxWatts">the highest power limit the board can be given</param>
/// <param name="MemoryMiB"><c>memory.total</c></param>
internal sealed record GpuModel(string Name, string Product, int MaxWatts, int MemoryMiB)
{
    /// <summary>The highest believable reading: boards exceed their limit for moments, and sensors err.</summary>
    public int MostMilliwatts => MaxWatts * 1_200;
}

internal static class Hardware
{
    // H100 SXM and H200: "Max Power Limit" and "FB Memory Usage / Total" in the nvidia-smi captures of utkuozdemir/nvidia_gpu_exporter
    // (driver 590.48.01, MIT). The others: power from NVIDIA's data sheets, memory as nvidia-smi reports it with ECC on.
    public static readonly IReadOnlyList<GpuModel> All =
    [
        new("H100-SXM5-80GB", "NVIDIA H100 80GB HBM3", 700, 81_559),
        new("H200-SXM5-141GB", "NVIDIA H200", 700, 143_771),
        new("B200-SXM-180GB", "NVIDIA B200", 1_000, 183_359),
        new("H100-PCIE-80GB", "NVIDIA H100 PCIe", 350, 81_559),
        new("A100-SXM4-80GB", "NVIDIA A100-SXM4-80GB", 400, 81_920),
        new("A100-SXM4-40GB", "NVIDIA A100-SXM4-40GB", 400, 40_960),
        new("A100-PCIE-80GB", "NVIDIA A100 80GB PCIe", 300, 81_920),
        new("L40S-PCIE-48GB", "NVIDIA L40S", 350, 46_068),
    ];

    private static readonly Dictionary<string, GpuModel> ByName = All.ToDictionary(m => m.Name, StringComparer.Ordinal);

    public static GpuModel? Find(string? name) => name is not null && ByName.TryGetValue(name, out var model) ? model : null;

    /// <summary>What to tell a caller that named none of them.</summary>
    public static string Choices => "must be one of " + string.Join(", ", All.Select(m => m.Name));
}
