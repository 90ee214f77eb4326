using System.Buffers.Binary;
using System.Text;

namespace ComputeRwa.Tests.Telemetry.Ingest;

/// <summary>What exporters and Prometheus send: recorded, and made.</summary>
internal static class Captures
{
    public const string MaskedGpu = "GPU-00000000-0000-0000-0000-000000000000";
    public const string TeslaT4 = "GPU-20c56d28-0da5-6d26-a36a-e7af1ce2586e";

    public static readonly string[] All = ["nvidia-smi_h100_idle.csv", "nvidia-smi_h100_load.csv", "nvidia-smi_h100-mig_idle.csv", "nvidia-smi_h100-mig_load.csv",
        "nvidia-smi_h200_idle.csv", "nvidia-smi_h200_load.csv", "dcgm-exporter_t4.prom"];

    public static byte[] Read(string file) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "telemetry", file));

    /// <summary>What a long profile multiplies by.</summary>
    public static int Cases(int quick, int full) => Environment.GetEnvironmentVariable("COMPUTERWA_PROFILE") == "full" ? full : quick;

    /// <summary>Damages bytes as wires, disks and liars do: flips, cuts, repeats, insertions, counts that lie.</summary>
    public static byte[] Damage(byte[] good, Random random)
    {
        var bytes = good.ToList();
        for (var i = random.Next(1, 5); i > 0 && bytes.Count > 0; i--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(7))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes.RemoveRange(at, random.Next(bytes.Count - at + 1)); break;
                case 3: bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at)); break;
                case 4: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(200), bytes.Count - at))); break;
                case 5: bytes.InsertRange(at, Enumerable.Repeat((byte)0xff, random.Next(1, 12))); break;
                default:
                    var noise = new byte[random.Next(1, 30)];
                    random.NextBytes(noise);
                    bytes.InsertRange(at, noise);
                    break;
            }
        }
        return [.. bytes];
    }
}

/// <summary>Writes what Prometheus writes, by the wire format's rules and nothing of ours.</summary>
internal sealed class WireWriter
{
    private readonly MemoryStream _bytes = new();

    public byte[] ToArray() => _bytes.ToArray();

    public WireWriter Varint(int field, ulong value)
    {
        Raw((ulong)field << 3);
        Raw(value);
        return this;
    }

    public WireWriter Fixed64(int field, double value)
    {
        Raw(((ulong)field << 3) | 1);
        Span<byte> bits = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(bits, value);
        _bytes.Write(bits);
        return this;
    }

    public WireWriter Bytes(int field, byte[] value)
    {
        Raw(((ulong)field << 3) | 2);
        Raw((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    public WireWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>A TimeSeries of a WriteRequest. <c>__name__</c> and others go by their names, sorted as Prometheus sorts them.</summary>
    public WireWriter Series((string Name, string Value)[] labels, params (long At, double Value)[] samples)
    {
        var series = new WireWriter();
        foreach (var (name, value) in labels.OrderBy(l => l.Name, StringComparer.Ordinal))
            series.Bytes(1, new WireWriter().Text(1, name).Text(2, value).ToArray());
        foreach (var (at, value) in samples) series.Bytes(2, new WireWriter().Fixed64(1, value).Varint(2, (ulong)at).ToArray());
        return Bytes(1, series.ToArray());
    }

    /// <summary>The four metrics of a GPU, labelled as dcgm-exporter and a scrape job label them.</summary>
    public WireWriter Gpu(string uuid, long at, double smActive, double util, double watts, double memory)
    {
        foreach (var (name, value) in ((string, double)[])[("DCGM_FI_PROF_SM_ACTIVE", smActive), ("DCGM_FI_DEV_GPU_UTIL", util), ("DCGM_FI_DEV_POWER_USAGE", watts), ("DCGM_FI_DEV_FB_USED", memory)])
            Series([("__name__", name), ("gpu", "0"), ("UUID", uuid), ("device", "nvidia0"), ("modelName", "NVIDIA H100 80GB HBM3"), ("Hostname", "node-1"), ("instance", "127.0.0.1:9400"), ("job", "dcgm")], (at, value));
        return this;
    }

    private void Raw(ulong value)
    {
        for (; value >= 0x80; value >>= 7) _bytes.WriteByte((byte)(value | 0x80));
        _bytes.WriteByte((byte)value);
    }
}
