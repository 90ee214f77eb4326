using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;
using Nethereum.JsonRpc.Client;

namespace ComputeRwa.Benchmarks;

/// <summary>
/// From a REST request to a mined transaction, one signer and one transaction each, on anvil with blocks of one second; and what the node itself
/// takes of the same calls when they are signed beforehand, in the same run.
/// </summary>
internal static class Sending
{
    private const int AtOnce = 32;
    private const int RawBatch = 100;
    private const long PackGas = 10_000_000;

    /// <summary>Requests before the measured ones: a service runs for longer than the seconds in which its code is compiled again.</summary>
    private const int WarmUp = 2_000;

    private static readonly TimeSpan Compiling = TimeSpan.FromSeconds(3);

    public static async Task Measure(IReadOnlyList<string> engines)
    {
        foreach (var engine in engines) await Packed(engine, count: 1_000);
        foreach (var workload in new Workload[] { new Originations(), new Admissions(), new Mints() })
            foreach (var count in workload.Counts)
                foreach (var engine in engines)
                    await Alone(workload, engine, count);
    }

    /// <summary>A transaction for each request, and beside it what the node takes of the same ones when nobody else works.</summary>
    private static async Task Alone(Workload workload, string engine, int count)
    {
        var run = await Requests(workload, engine, count, packGas: 0);
        var raw = await Raw(workload, run.Calls);
        Program.Line($"node alone, {count:N0} {workload.Name}s signed beforehand", Program.Rate(raw.Rate, "tx"), "");
        Program.Line($"REST → mined, {count:N0} {workload.Name}s, {AtOnce} at once, {engine}", Program.Rate(run.Rate, "tx"), "");
        Program.Line("  of the node's own limit", $"{run.Rate / raw.Rate:P0}", "≥ 70 %");
        Program.Line("  request → mined, p50 / p99", $"{At(run.Mined, 50)} / {At(run.Mined, 99)}", "≤ 2.5 s / ≤ 5 s");
        Program.Line("  request → accepted, p50 / p99", $"{At(run.Accepted, 50)} / {At(run.Accepted, 99)}", "– / ≤ 0.050 s");
        Program.Line("  accepted a second", Program.Rate(run.AcceptRate, "requests"), "");
        Program.Line("  processor time a transaction: API", Each(run.Cpu, count), "");
        Program.Line("    node / node alone / the load itself", $"{Each(run.NodeCpu, count)} / {Each(raw.NodeCpu, count)} / {Each(run.LoadCpu, count)}", "");
    }

    /// <summary>Leases that share transactions where they wait together: LeaseBook takes up to a pack of them in one call.</summary>
    private static async Task Packed(string engine, int count)
    {
        var run = await Requests(new Originations(), engine, count, PackGas);
        Program.Line($"REST → minted, {count:N0} leases in packs, {AtOnce} at once, {engine}", Program.Rate(run.Rate, "claims"), "");
        Program.Line("  transactions for them / leases in the largest", $"{run.Calls.Count:N0} / {run.Calls.Max(c => c.Leases):N0}", "");
        Program.Line("  request → mined, p50 / p99", $"{At(run.Mined, 50)} / {At(run.Mined, 99)}", "");
        Program.Line("  processor time a lease: API / node", $"{Each(run.Cpu, count)} / {Each(run.NodeCpu, count)}", "");
    }

    /// <summary>Transactions a second from the first one handed over to the last one mined.</summary>
    private static async Task<(double Rate, TimeSpan NodeCpu)> Raw(Workload workload, IReadOnlyList<MinedCall> calls)
    {
        await using var chain = await AnvilStack.Start();
        await workload.PrepareChain(chain);
        var signer = OperatorKey.Parse((await chain.Funded()).GetPrivateKey());
        var signed = new List<string>();
        foreach (var (call, nonce) in calls.Select((c, i) => (c, i)))
            signed.Add((await signer.Sign(new(chain.Deployment.ChainId, nonce, new Fees(100_000_000_000, 1_000_000_000), call.Gas, call.To, call.Data))).Raw);
        var (cpu, watch) = (chain.NodeCpu, Stopwatch.StartNew());
        foreach (var batch in signed.Chunk(RawBatch))
            foreach (var error in await chain.Client.Broadcast(batch))
                if (error is not null) throw new InvalidOperationException(error.Message);
        while (await chain.Client.TransactionCount(signer.Address, (await chain.Client.LatestBlock()).Number) < calls.Count) await Task.Delay(20);
        return (calls.Count / watch.Elapsed.TotalSeconds, chain.NodeCpu - cpu);
    }

    private sealed record MinedCall(Address To, string Data, long Gas, TimeSpan Seen)
    {
        private static readonly string Batch = AbiSignature.Selector(typeof(LeaseBook.OriginateBatch));

        /// <summary>Commands in it: the second word of a batch call is how many.</summary>
        public int Leases => Data.StartsWith(Batch, StringComparison.Ordinal) ? Convert.ToInt32(Data.Substring(Batch.Length + 64, 64), 16) : 1;
    }


    private sealed record Run(double Rate, double AcceptRate, List<TimeSpan> Accepted, List<TimeSpan> Mined, TimeSpan Cpu, TimeSpan NodeCpu, TimeSpan LoadCpu, IReadOnlyList<MinedCall> Calls);

    private static async Task<Run> Requests(Workload workload, string engine, int count, long packGas)
    {
        await using var chain = await AnvilStack.Start();
        await workload.PrepareChain(chain);
        await chain.StartApi(engine, packGas, workload.ByRelay);
        using var http = new HttpClient { BaseAddress = chain.Api, DefaultRequestHeaders = { Authorization = new("Bearer", AnvilStack.ApiKey) }, Timeout = TimeSpan.FromMinutes(5) };
        var all = await workload.Bodies(chain, http, WarmUp + count);
        await Send(chain, http, all[..WarmUp], "warm", packGas > 0);
        await Task.Delay(Compiling);
        return await Send(chain, http, all[WarmUp..], "bench", packGas > 0);
    }

    private static async Task<Run> Send(AnvilStack chain, HttpClient http, List<(string Path, object Body)> bodies, string name, bool isPacked)
    {
        var count = bodies.Count;
        var (sentAt, accepted) = (new TimeSpan[count], new TimeSpan[count]);
        var from = (await chain.Client.LatestBlock()).Number + 1;
        var nonces = await chain.Client.TransactionCount(chain.Operator, from - 1);
        var (cpu, nodeCpu, loadCpu, watch) = (chain.ApiCpu, chain.NodeCpu, Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
        var requests = Parallel.ForEachAsync(bodies.Index(), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (item, cancel) =>
        {
            sentAt[item.Index] = watch.Elapsed;
            using var request = new HttpRequestMessage(HttpMethod.Post, item.Item.Path) { Content = JsonContent.Create(item.Item.Body, options: JsonSerializerOptions.Web) };
            request.Headers.Add("Idempotency-Key", $"{name}-{item.Index}");
            using var response = await http.SendAsync(request, cancel);
            if (!response.IsSuccessStatusCode) throw new InvalidOperationException(await response.Content.ReadAsStringAsync(cancel));
            accepted[item.Index] = watch.Elapsed - sentAt[item.Index];
        });
        var blocks = await Follow(chain, from, nonces, count, isPacked, watch, requests);
        var (elapsed, apiUsed, nodeUsed, loadUsed) = (watch.Elapsed, chain.ApiCpu - cpu, chain.NodeCpu - nodeCpu, Environment.CpuUsage.TotalTime - loadCpu);
        await requests;
        var mined = new List<MinedCall>();
        foreach (var block in blocks) mined.AddRange(await CallsOf(chain, block));
        // Each kind of request has its own call data, so order of acceptance and order of mining are matched by rank: what is mined n-th was sent n-th.
        var waits = mined.SelectMany(m => Enumerable.Repeat(m.Seen, m.Leases)).Order().Zip(sentAt.Order(), (seen, sent) => seen - sent).Order().ToList();
        var lastAccepted = sentAt.Zip(accepted, (sent, took) => sent + took).Max();
        return new(count / elapsed.TotalSeconds, count / lastAccepted.TotalSeconds, [.. accepted.Order()], waits, apiUsed, nodeUsed, loadUsed, mined);
    }

    /// <summary>
    /// Asks the node, not the API, until all is mined: blocks, and when each was seen. A block is read with its transactions only where packs leave no
    /// other way to count, since the node recovers their senders for that, which takes it as long as taking them did.
    /// </summary>
    /// <param name="used">nonces that the operator has used before</param>
    private static async Task<List<(long Block, TimeSpan At)>> Follow(AnvilStack chain, long next, long used, int count, bool isPacked, Stopwatch watch, Task requests)
    {
        var (seen, mined) = (new List<(long Block, TimeSpan At)>(), 0L);
        for (; mined < count; await Task.Delay(50))
        {
            if (requests.IsFaulted) await requests;
            var head = (await chain.Client.LatestBlock()).Number;
            if (head < next) continue;
            for (var at = watch.Elapsed; next <= head; next++)
            {
                seen.Add((next, at));
                if (isPacked) mined += (await CallsOf(chain, seen[^1])).Sum(c => c.Leases);
            }
            if (!isPacked) mined = await chain.Client.TransactionCount(chain.Operator, head) - used;
        }
        return seen;
    }

    private static async Task<List<MinedCall>> CallsOf(AnvilStack chain, (long Block, TimeSpan At) seen)
    {
        var block = await chain.Rpc.SendRequestAsync<JsonElement>("eth_getBlockByNumber", null, $"0x{seen.Block:x}", true);
        return [.. block.GetProperty("transactions").EnumerateArray().Where(t => Address.Parse(t.GetProperty("from").GetString()!) == chain.Operator)
            .Select(t => new MinedCall(Address.Parse(t.GetProperty("to").GetString()!), t.GetProperty("input").GetString()!, Convert.ToInt64(t.GetProperty("gas").GetString(), 16), seen.At))];
    }

    private static string Each(TimeSpan time, int count) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds / count:0.00} ms");

    private static string At(List<TimeSpan> times, int percent) => string.Create(CultureInfo.InvariantCulture, $"{times[Math.Min(times.Count - 1, times.Count * percent / 100)].TotalSeconds:0.000} s");
}
