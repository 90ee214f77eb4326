using System.Diagnostics;
using System.Globalization;

namespace ComputeRwa.Demo;

/// <param name="Api">base address of the API</param>
/// <param name="Rpc">the development node, for test dollars and time</param>
/// <param name="Key">an operator's API key</param>
internal sealed record DemoOptions(Uri Api, Uri Rpc, string Key, Seed Seed)
{
    /// <summary>Called with each step's name when it is about to be posted for the first time.</summary>
    public Action<string>? Sending { get; init; }
}

/// <summary>The whole story, in order. Every step can be repeated: a second run finds all done and tells the same.</summary>
internal static class Demonstration
{
    public static async Task Run(DemoOptions options, Action<string> say)
    {
        using var http = Client(options);
        using var node = new HttpClient { BaseAddress = options.Rpc };
        var api = new Api(http, options.Seed, say) { Sending = options.Sending };
        var chain = await api.Get<ChainView>("/v1/chain");
        var stage = new Stage(api, new(node, chain.ChainId), new(node, options.Rpc), options.Seed, new(options.Seed), chain, say);

        var sites = await Register(stage);
        var leases = await Contract(stage, sites);
        await Live(stage, sites, leases);
    }

    /// <summary>The table, from the API alone.</summary>
    public static async Task<string> ReadTable(DemoOptions options, Action<string> say)
    {
        using var http = Client(options);
        return await Table.Read(new Api(http, options.Seed, say), options.Seed);
    }

    private static HttpClient Client(DemoOptions options) => new()
    {
        BaseAddress = options.Api,
        DefaultRequestHeaders = { Authorization = new("Bearer", options.Key) },
    };

    private static async Task<IReadOnlyList<FleetSite>> Register(Stage stage)
    {
        var sites = await Fleet.Register(stage);
        stage.Say($"{sites.Count} providers, {sites.Count} sites, {sites.Sum(s => s.Nodes.Count)} nodes, {sites.Sum(s => s.Nodes.Sum(n => n.Uuids.Count))} GPUs registered");
        return sites;
    }

    private static async Task<IReadOnlyList<Leased>> Contract(Stage stage, IReadOnlyList<FleetSite> sites)
    {
        var quotes = await Fleet.Quote(stage);
        await Holding.Admit(stage);
        var leases = new List<Leased>();
        for (var i = 0; i < World.Leases.Count; i++) leases.Add(await Leasing.Sign(stage, sites, quotes, i));
        await Leasing.Originate(stage, leases);
        await Holding.Allocate(stage, leases);
        stage.Say($"{leases.Count} leases signed by both parties and minted; units sold to {World.Holders.Count} holders");
        return leases;
    }

    private static async Task Live(Stage stage, IReadOnlyList<FleetSite> sites, IReadOnlyList<Leased> leases)
    {
        var metering = new Metering(stage, sites, leases);
        byte[]? previous = null;
        for (var day = 0; day < World.Days; day++)
        {
            if (World.Curtailed.Day == day) await GiveNotice(stage, leases[World.Curtailed.Lease]);
            await stage.Chain.AdvanceTo(World.FirstDay.AddDays(day + 1).AddSeconds(1));
            previous = await Live(stage, metering, leases, day, previous);
        }
        foreach (var lease in leases) await Settling.CollectFee(stage, lease);
    }

    private static async Task<byte[]> Live(Stage stage, Metering metering, IReadOnlyList<Leased> leases, int day, byte[]? previous)
    {
        var watch = Stopwatch.StartNew();
        var samples = await metering.PostDay(day);
        await PriceInputs.Post(stage, leases, day);
        foreach (var topUp in World.TopUps.Where(t => t.Day == day)) await Funding.TopUp(stage, leases[topUp.Lease], topUp);
        await Settling.Close(stage, day);
        if (World.Lie.Day == day) await Dispute.Play(stage, leases[World.Lie.Lease], previous);
        var posted = await Settling.Attest(stage, day, previous);
        if (World.Demanded.Day == day) await Dispute.Demand(stage, leases[World.Demanded.Lease]);
        await stage.PassWindow(stage.Epoch(day));
        await Settling.Sync(stage, day);
        if (World.Heat.Day == day) await Funding.PayForHeat(stage, leases[World.Heat.Lease], World.Heat, posted.File);
        var payments = await Settling.PayOut(stage, day, leases);
        stage.Say(string.Create(CultureInfo.InvariantCulture,
            $"{World.FirstDay.AddDays(day):yyyy-MM-dd}  epoch {stage.Epoch(day)}: {samples:N0} GPU samples, 3 attestors agree, root posted ({posted.Transaction.GasUsed:N0} gas), {payments} payments, {watch.Elapsed.TotalSeconds:0.0} s"));
        if (World.Sale.Day == day) await Holding.Sell(stage, leases[World.Sale.Lease], World.Sale);
        if (World.Default.Day == day) await Defaulting.Declare(stage, leases[World.Default.Lease]);
        foreach (var lease in leases.Where(l => l.LastDay == day)) await Settling.Refund(stage, lease);
        return posted.File;
    }

    private static async Task GiveNotice(Stage stage, Leased lease)
    {
        var (notice, day) = (World.Curtailed, World.FirstDay.AddDays(World.Curtailed.Day));
        await stage.Api.Post<WithId>("curtailment", $"/v1/leases/{lease.Id}/curtailments",
            new { from = Stage.Rfc3339(day.AddHours(notice.FromHour)), to = Stage.Rfc3339(day.AddHours(notice.ToHour)), reason = notice.Reason });
        stage.Say($"{lease.Let.Lessee} is given notice: lease {lease.Let.Name} stands still from {notice.FromHour}:00 to {notice.ToHour}:00 ({notice.Reason})");
    }
}
