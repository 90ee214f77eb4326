using System.Diagnostics;
using System.Globalization;
using System.Text;
using ComputeRwa.EndToEnd;
using Npgsql;
using NpgsqlTypes;

namespace ComputeRwa.Benchmarks.Telemetry;

/// <summary>The same samples stored as others would.</summary>
internal static class Peers
{
    private const int RowsOfACopy = 100_000;

    /// <summary>One row a sample by binary COPY, into a table without an index: PostgreSQL at its fastest, unsigned.</summary>
    public static async Task<Stored> Copy(IReadOnlyList<NodeData> fleet)
    {
        var url = await Postgres.CreateDatabase();
        try
        {
            await using var connection = new NpgsqlConnection(url["postgres:".Length..] + ";Pooling=false");
            await connection.OpenAsync();
            await using (var create = new NpgsqlCommand("CREATE TABLE samples (at BIGINT NOT NULL, gpu INTEGER NOT NULL, sm_active SMALLINT, gpu_util SMALLINT, power INTEGER, memory INTEGER)", connection))
                await create.ExecuteNonQueryAsync();
            var (samples, watch) = (0L, Stopwatch.StartNew());
            foreach (var rows in Rows(fleet).Chunk(RowsOfACopy))
            {
                await using var copy = await connection.BeginBinaryImportAsync("COPY samples (at, gpu, sm_active, gpu_util, power, memory) FROM STDIN (FORMAT BINARY)");
                foreach (var (at, gpu, sm, util, power, memory) in rows)
                {
                    await copy.StartRowAsync();
                    await copy.WriteAsync(at, NpgsqlDbType.Bigint);
                    await copy.WriteAsync(gpu, NpgsqlDbType.Integer);
                    await Write(copy, sm, NpgsqlDbType.Smallint);
                    await Write(copy, util, NpgsqlDbType.Smallint);
                    await Write(copy, power, NpgsqlDbType.Integer);
                    await Write(copy, memory, NpgsqlDbType.Integer);
                }
                await copy.CompleteAsync();
                samples += rows.Length;
            }
            var elapsed = watch.Elapsed;
            var size = long.Parse((await Postgres.Ask(url, "SELECT pg_total_relation_size('samples')"))!, CultureInfo.InvariantCulture);
            return new("one row a sample by COPY BINARY, PostgreSQL", samples / elapsed.TotalSeconds, size / (double)samples, $"{samples:N0} samples, no index, no signature");
        }
        finally
        {
            await Postgres.DropDatabase(url);
        }
    }

    private static Task Write(NpgsqlBinaryImporter copy, int value, NpgsqlDbType type) =>
        value < 0 ? copy.WriteNullAsync() : type == NpgsqlDbType.Smallint ? copy.WriteAsync((short)value, type) : copy.WriteAsync(value, type);

    private static IEnumerable<(long At, int Gpu, int Sm, int Util, int Power, int Memory)> Rows(IReadOnlyList<NodeData> fleet)
    {
        for (var n = 0; n < fleet.Count; n++)
        {
            var at = 1_760_000_000L;
            foreach (var c in fleet[n].Batches)
            {
                for (var i = 0; i < c.Samples; i++, at += FleetData.Step)
                    for (var g = 0; g < c.Gpus; g++)
                        yield return (at, n * c.Gpus + g, c.SmActiveBps[g * c.Samples + i], c.GpuUtilPct[g * c.Samples + i], c.PowerMilliwatts[g * c.Samples + i], c.MemoryMiB[g * c.Samples + i]);
            }
        }
    }

    /// <summary>VictoriaMetrics by its own import of JSON lines, a line a series and batch, four clients; it answers before anything is on disk.</summary>
    /// <param name="folder">of its data</param>
    public static async Task<Stored> Victoria(Uri url, string folder, IReadOnlyList<NodeData> fleet)
    {
        using var http = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromMinutes(5) };
        var from = new DateTimeOffset(DateTimeOffset.UtcNow.UtcDateTime.Date.AddDays(-1), TimeSpan.Zero).ToUnixTimeMilliseconds();
        var bodies = fleet.Chunk(8).SelectMany(nodes => Enumerable.Range(0, nodes[0].Batches.Count).Select(b => Lines(nodes, b, from))).ToList();
        var (samples, watch) = (fleet.Sum(n => n.Batches.Sum(b => (long)b.Gpus * b.Samples)), Stopwatch.StartNew());
        await Parallel.ForEachAsync(bodies, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (body, cancel) =>
        {
            using var response = await http.PostAsync("/api/v1/import", new ByteArrayContent(body), cancel);
            response.EnsureSuccessStatusCode();
        });
        (await http.GetAsync("/internal/force_flush")).EnsureSuccessStatusCode();
        var elapsed = watch.Elapsed;
        var size = await Settled(http, folder);
        return new("VictoriaMetrics, import of JSON lines", samples / elapsed.TotalSeconds, size / (double)samples, $"{samples:N0} samples of 4 series values, {bodies.Sum(b => (long)b.Length) / (double)samples:0.0} bytes each on the wire");
    }

    private static readonly (string Name, Func<ComputeRwa.Telemetry.Columns, int[]> Column, int Decimals)[] Series =
    [
        ("DCGM_FI_PROF_SM_ACTIVE", c => c.SmActiveBps, 4), ("DCGM_FI_DEV_GPU_UTIL", c => c.GpuUtilPct, 0),
        ("DCGM_FI_DEV_POWER_USAGE", c => c.PowerMilliwatts, 3), ("DCGM_FI_DEV_FB_USED", c => c.MemoryMiB, 0),
    ];

    private static byte[] Lines(NodeData[] nodes, int batch, long from)
    {
        var text = new StringBuilder();
        foreach (var node in nodes)
        {
            var c = node.Batches[batch];
            for (var g = 0; g < c.Gpus; g++)
                foreach (var (name, column, decimals) in Series)
                {
                    var row = column(c).AsSpan(g * c.Samples, c.Samples);
                    text.Append(CultureInfo.InvariantCulture, $"{{\"metric\":{{\"__name__\":\"{name}\",\"gpu\":\"{g}\",\"UUID\":\"{node.Uuids[g]}\",\"Hostname\":\"{node.Name}\"}},\"values\":[");
                    var (times, first) = (new StringBuilder(), true);
                    for (var i = 0; i < row.Length; i++)
                    {
                        if (row[i] < 0) continue;
                        if (!first) (text, times) = (text.Append(','), times.Append(','));
                        first = false;
                        Append(text, row[i], decimals);
                        times.Append(from + 1_000L * FleetData.Step * ((long)batch * c.Samples + i));
                    }
                    text.Append("],\"timestamps\":[").Append(times).Append("]}\n");
                }
        }
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private static void Append(StringBuilder text, int value, int decimals)
    {
        if (decimals == 0) text.Append(value);
        else text.Append((value / Math.Pow(10, decimals)).ToString(decimals == 3 ? "0.###" : "0.####", CultureInfo.InvariantCulture));
    }

    /// <summary>Bytes on disk once its merges have come to rest.</summary>
    private static async Task<long> Settled(HttpClient http, string folder)
    {
        (await http.GetAsync("/internal/force_merge")).EnsureSuccessStatusCode();
        var (size, same) = (-1L, 0);
        for (var watch = Stopwatch.StartNew(); same < 5 && watch.Elapsed < TimeSpan.FromMinutes(1); await Task.Delay(1_000))
        {
            var now = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);
            (size, same) = (now, now == size ? same + 1 : 0);
        }
        return size;
    }
}
