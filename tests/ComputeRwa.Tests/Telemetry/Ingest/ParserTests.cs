using System.Text;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry.Ingest;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Telemetry.Ingest;

public class ParserTests
{
    private const long At = 1_784_019_158_696;
    private static readonly string Uuid = Samples.Uuid(7, 0);

    // Read off the captures: 'timestamp', 'utilization.gpu [%]', 'power.draw [W]', 'memory.used [MiB]'. Null is a missing reading.
    public static TheoryData<string, string, int?, int, int> Smi => new()
    {
        { "nvidia-smi_h100_idle.csv", "2026-07-14T08:12:38.696Z", 0, 69_850, 0 },
        { "nvidia-smi_h100_load.csv", "2026-07-14T08:12:53.353Z", 100, 631_950, 19_818 },
        { "nvidia-smi_h100-mig_idle.csv", "2026-07-14T09:00:27.792Z", null, 71_150, 59 },
        { "nvidia-smi_h100-mig_load.csv", "2026-07-14T09:00:44.579Z", null, 433_780, 11_125 },
        { "nvidia-smi_h200_idle.csv", "2026-07-03T22:10:46.109Z", 0, 77_710, 0 },
        { "nvidia-smi_h200_load.csv", "2026-07-03T22:11:09.763Z", 100, 627_400, 32_362 },
    };

    [Theory]
    [MemberData(nameof(Smi))]
    public void A_captured_nvidia_smi_file_gives_its_watts_utilisation_and_memory(string file, string at, int? percent, int milliwatts, int memory)
    {
        var time = DateTimeOffset.Parse(at, null).ToUnixTimeMilliseconds();
        List<Sample> expected = [new(default, time, milliwatts, Column.PowerMilliwatts, 0), new(default, time, memory, Column.MemoryMiB, 0)];
        if (percent is { } util) expected.Insert(0, new(default, time, util, Column.GpuUtilPct, 0));
        var arrival = Good(SmiCsv.Read(Captures.Read(file), null, TimeSpan.Zero));
        Assert.Equal(expected, arrival.Samples);
        Assert.Equal((percent is null ? 1 : 0, 0, 0), (arrival.Missing, arrival.WithoutGpu, arrival.Impossible));

        // The same without units, as --format=csv,nounits prints it, two hours east.
        var text = Encoding.UTF8.GetString(Captures.Read(file)).Replace(" W,", ",", StringComparison.Ordinal).Replace(" MiB,", ",", StringComparison.Ordinal).Replace(" %,", ",", StringComparison.Ordinal)
            .Replace(" [W]", "", StringComparison.Ordinal).Replace(" [MiB]", "", StringComparison.Ordinal).Replace(" [%]", "", StringComparison.Ordinal);
        var east = Good(SmiCsv.Read(Encoding.UTF8.GetBytes(text), null, TimeSpan.FromHours(2)));
        Assert.Equal(expected.Select(s => s with { At = s.At - 7_200_000 }), east.Samples);
    }

    [Theory]
    [InlineData("", "body")]
    [InlineData("timestamp, power.draw [W]\n", "header")]
    [InlineData("uuid, power.draw [W]\n", "header")]
    [InlineData("timestamp, uuid\n", "header")]
    [InlineData("timestamp, uuid, memory.used [GiB]\n", "memory.used")]
    [InlineData("timestamp, uuid, memory.used [MiB]\n2026/07/14 08:12:38.696, GPU-00000000-0000-0000-0000-000000000000\n", "line 2, columns")]
    [InlineData("timestamp, uuid, memory.used [MiB]\nyesterday, GPU-00000000-0000-0000-0000-000000000000, 5 MiB\n", "line 2, timestamp")]
    [InlineData("timestamp, uuid, memory.used [MiB]\n2026/07/14 08:12:38.696, GPU-00000000-0000-0000-0000-000000000000, 5 GiB\n", "line 2, memory.used")]
    public void A_file_that_cannot_be_read_is_refused_by_its_place(string text, string field) => Assert.Equal(field, Bad(SmiCsv.Read(Encoding.UTF8.GetBytes(text), null, TimeSpan.Zero)).Fields[0].Field);

    [Fact]
    public void A_captured_exporter_s_text_gives_its_watts_utilisation_and_memory()
    {
        var gpu = Guid.Parse(Captures.TeslaT4[4..]);
        var arrival = Good(Exposition.Read(Captures.Read("dcgm-exporter_t4.prom"), At));
        Assert.Equal([new(gpu, At, 8_969, Column.PowerMilliwatts, 0), new(gpu, At, 0, Column.GpuUtilPct, 0), new(gpu, At, 0, Column.MemoryMiB, 0)], arrival.Samples);
        Assert.Equal((0, 0, 0), (arrival.Missing, arrival.WithoutGpu, arrival.Impossible));
    }

    [Theory]
    [InlineData("DCGM_FI_PROF_SM_ACTIVE{uuid=\"@\"} 0.873", 8_730)]
    [InlineData("DCGM_FI_PROF_SM_ACTIVE{UUID=\"@\",} 0.873\r", 8_730)]
    [InlineData("DCGM_FI_PROF_SM_ACTIVE { hostname = \"a\\\"b\\\\c\\nd\" , UUID=\"@\" }\t8.73e-1  # exemplar", 8_730)]
    [InlineData("DCGM_FI_PROF_SM_ACTIVE{x=\"}\",UUID=\"@\",y=\"\"} 1", 10_000)]
    [InlineData("DCGM_FI_PROF_SM_ACTIVE{GPU_I_ID=\"3\",GPU_I_PROFILE=\"3g.40gb\",UUID=\"@\"} 0.5", 2_142)]
    public void A_line_is_read_whatever_its_labels_are(string line, int expected)
    {
        var sample = Assert.Single(Good(Exposition.Read(Encoding.UTF8.GetBytes(line.Replace("@", Uuid, StringComparison.Ordinal)), At)).Samples);
        Assert.Equal((expected, Column.SmActiveBps, At, Guid.Parse(Uuid[4..])), (sample.Value, sample.Column, sample.At, sample.Gpu));
    }

    [Fact]
    public void A_line_may_name_its_own_time() =>
        Assert.Equal(1_700_000_000_123, Assert.Single(Good(Exposition.Read(Encoding.UTF8.GetBytes($"DCGM_FI_DEV_FB_USED{{UUID=\"{Uuid}\"}} 5 1700000000123\n"), At)).Samples).At);

    [Theory]
    [InlineData("DCGM_FI_DEV_FB_USED{UUID=\"@\"} x")]
    [InlineData("DCGM_FI_DEV_FB_USED{UUID=\"@\"")]
    [InlineData("DCGM_FI_DEV_FB_USED{UUID=\"@")]
    [InlineData("DCGM_FI_DEV_FB_USED{UUID=@} 1")]
    [InlineData("DCGM_FI_DEV_FB_USED{=\"@\"} 1")]
    [InlineData("DCGM_FI_DEV_FB_USED{UUID=\"@\"} 1 2 3")]
    [InlineData("DCGM_FI_DEV_FB_USED{UUID=\"@\"} 1 1.5")]
    [InlineData("{} 1")]
    [InlineData("5 5")]
    [InlineData("<html>")]
    public void A_line_that_cannot_be_read_is_refused_by_its_number(string line)
    {
        var error = Bad(Exposition.Read(Encoding.UTF8.GetBytes("# fine\n\n" + line.Replace("@", Uuid, StringComparison.Ordinal)), At));
        Assert.Equal(("malformed", "line 3"), (error.Code, error.Fields[0].Field));
    }

    [Theory]
    [InlineData("DCGM_FI_DEV_POWER_USAGE{UUID=\"MIG-1\"} 5")]
    [InlineData("DCGM_FI_DEV_POWER_USAGE{gpu=\"0\"} 5")]
    [InlineData("DCGM_FI_DEV_POWER_USAGE 5")]
    [InlineData("DCGM_FI_DEV_GPU_UTIL{UUID=\"@\",GPU_I_ID=\"1\"} 5")]
    [InlineData("DCGM_FI_PROF_SM_ACTIVE{UUID=\"@\",GPU_I_ID=\"1\"} 0.5")]
    public void A_series_of_no_gpu_that_could_be_known_is_counted_and_left_out(string line)
    {
        var arrival = Good(Exposition.Read(Encoding.UTF8.GetBytes(line.Replace("@", Uuid, StringComparison.Ordinal)), At));
        Assert.Equal((0, 1), (arrival.Samples.Count, arrival.WithoutGpu));
    }

    [Fact]
    public void A_write_request_gives_the_samples_of_the_metrics_we_take()
    {
        var message = new WireWriter().Gpu(Uuid, At, 0.873, 97, 631.95, 61_000)
            .Series([("__name__", "DCGM_FI_DEV_SM_CLOCK"), ("UUID", Uuid)], (At, 1_980))
            .Series([("__name__", "up"), ("job", "dcgm")], (At, 1))
            .Series([("__name__", "DCGM_FI_DEV_FB_USED"), ("uuid", "GPU-x")], (At, 1))
            .Series([("__name__", "DCGM_FI_DEV_FB_USED"), ("uuid", Uuid)], (At + 15_000, 5), (At + 30_000, double.NaN), (At + 45_000, -1))
            .Bytes(3, new WireWriter().Varint(1, 2).Text(2, "up").ToArray()).Varint(9, 5).ToArray();
        var gpu = Guid.Parse(Uuid[4..]);
        var arrival = Good(WriteRequest.Read(message));
        Assert.Equal(
        [
            new(gpu, At, 8_730, Column.SmActiveBps, 0), new(gpu, At, 97, Column.GpuUtilPct, 0), new(gpu, At, 631_950, Column.PowerMilliwatts, 0),
            new(gpu, At, 61_000, Column.MemoryMiB, 0), new(gpu, At + 15_000, 5, Column.MemoryMiB, 0),
        ], arrival.Samples);
        Assert.Equal((1, 1, 1), (arrival.WithoutGpu, arrival.Missing, arrival.Impossible));
    }

    [Fact]
    public void Labels_series_and_samples_have_limits()
    {
        (string, string)[] labels = [("__name__", "DCGM_FI_DEV_FB_USED"), ("uuid", Uuid)];
        Assert.Equal("too-large", Bad(WriteRequest.Read(new WireWriter().Series([.. labels, ("x", new string('x', 1 << 20))], (At, 1)).ToArray())).Code);
        Assert.Equal("too-large", Bad(WriteRequest.Read(new WireWriter().Series([.. labels, (new string('x', 1 << 20), "x")], (At, 1)).ToArray())).Code);
        var many = new WireWriter();
        for (var i = 0; i <= Arrival.MostSeries; i++) many.Bytes(1, []);
        Assert.Equal("too-large", Bad(WriteRequest.Read(many.ToArray())).Code);
        Assert.Equal("too-large", Bad(WriteRequest.Read(new WireWriter().Series(labels, [.. Enumerable.Range(0, Arrival.MostSamples + 1).Select(i => (At + i, 1.0))]).ToArray())).Code);
        Assert.Equal("malformed", Bad(Exposition.Read(Encoding.UTF8.GetBytes($"a{{x=\"{new string('x', 1 << 20)}\"}} 1"), At)).Code);
    }

    private static Arrival Good(Result<Arrival> result) => result.Ok(out var arrival, out var error) ? arrival : throw new Xunit.Sdk.XunitException(error.Message);

    private static Error Bad(Result<Arrival> result) => result.Ok(out _, out var error) ? throw new Xunit.Sdk.XunitException("It was accepted.") : error;
}
