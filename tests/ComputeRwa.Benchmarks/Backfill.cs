using System.Diagnostics;
using System.Globalization;

namespace ComputeRwa.Benchmarks;

/// <summary>A chain full of transfers of units, read into the projections of a new database: to the last row, from the API's first answer, and from the start of its process.</summary>
internal static class Backfill
{
    private const int PerTransaction = 1_000;

    /// <summary>Transactions: as many of these as fit into a block of 60 M gas.</summary>
    private const int PerBlock = 24;

    /// <summary>
    /// Put in the place of LeaseClaims: emits TransferSingle of one unit of series 1 as often as its first argument says, each to another account.
    /// </summary>
    private const string Emitter =
        "0x600035" + // n
        "5b8015604457" + // while n > 0
        "6001600052" + "80602052" + // id 1, value n
        "80" + "60aa" + "60bb" + "7fc3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62" + // to n, from, operator, TransferSingle
        "60406000a4" + "600190036003565b00";

    public static async Task Measure(IReadOnlyList<string> engines, IReadOnlyList<int> sizes)
    {
        foreach (var engine in engines)
            foreach (var events in sizes)
            {
                await using var chain = await AnvilStack.Start();
                await Emit(chain, events);
                var watch = Stopwatch.StartNew();
                await chain.StartApi(engine);
                using var http = new HttpClient { BaseAddress = chain.Api };
                // Ready is said some blocks before the last; each log is an event of the feed.
                while (!(await http.GetStringAsync($"/v1/events?after={events - 1}&limit=10")).Contains("claim.transferred", StringComparison.Ordinal)) await Task.Delay(20);
                var (elapsed, cpu) = (watch.Elapsed, chain.ApiCpu);
                Program.Line($"backfill of {events:N0} events, {engine}", Program.Rate(events / (elapsed - chain.ApiStart).TotalSeconds, "events"), "≥ 20,000 events/s");
                Program.Line("  start of the process included", Program.Rate(events / elapsed.TotalSeconds, "events"), "");
                Program.Line("  processor time an event, start included", string.Create(CultureInfo.InvariantCulture, $"{cpu.TotalMicroseconds / events:0} µs"), "");
                Program.Line("  most memory", string.Create(CultureInfo.InvariantCulture, $"{chain.ApiPeakMemory >> 20:N0} MiB"), "the same");
            }
    }

    private static async Task Emit(AnvilStack chain, int events)
    {
        await chain.Rpc.SendRequestAsync<object?>("anvil_setCode", null, chain.Deployment.Contracts.LeaseClaims, Emitter);
        var from = (await chain.Funded()).GetPublicAddress();
        await chain.Rpc.SendRequestAsync<object?>("anvil_impersonateAccount", null, from);
        for (var i = 1; i <= events / PerTransaction; i++)
        {
            var sent = await chain.Rpc.SendRequestAsync<string>("eth_sendTransaction", null, new
            {
                from, to = chain.Deployment.Contracts.LeaseClaims, gas = "0x989680", data = "0x" + PerTransaction.ToString("x64", CultureInfo.InvariantCulture),
            });
            if (i % PerBlock != 0 && i < events / PerTransaction) continue;
            while ((await chain.Client.Receipts([ComputeRwa.Kernel.Hash32.Parse(sent)]))[0] is null) await Task.Delay(50);
        }
    }
}
