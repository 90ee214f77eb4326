using System.Globalization;
using System.Numerics;

namespace ComputeRwa.Demo;

/// <summary>A lease of the story once it is minted.</summary>
/// <param name="Id">digest of the signed terms, the token id</param>
/// <param name="CapPerEpoch">most rent of one epoch, base units</param>
/// <param name="Prefunding">escrow of the notice epochs and deposit, base units</param>
internal sealed record Leased(int Index, Let Let, string Id, FleetSite Site, Party Lessee, BigInteger CapPerEpoch, BigInteger Prefunding)
{
    /// <summary>The day it ends with, early or not.</summary>
    public int LastDay => World.Default is var d && d.Lease == Index ? d.LastDay : Let.Days - 1;

    public IEnumerable<FleetNode> Nodes => Site.Nodes.Skip(Let.FirstNode).Take(Let.Nodes);
}

/// <summary>Prices agreed for a lease, base units per GPU-hour; zero where the method has none.</summary>
internal sealed record Agreed(long Price, long Floor, long Ceiling)
{
    public static Agreed Of(Pricing pricing, long quote) => new(Part(quote, pricing.PricePermille), Part(quote, pricing.FloorPermille), Part(quote, pricing.CeilingPermille));

    /// <summary>As the API takes it: a method's own parameters, and no others.</summary>
    public object ToDraft(Pricing pricing) => pricing.Method switch
    {
        "fixed" => new { method = pricing.Method, pricePerGpuHour = Fleet.Dollars(Price) },
        "metered" => new { method = pricing.Method, pricePerGpuHour = Fleet.Dollars(Price), takeOrPayBps = pricing.TakeOrPayBps },
        _ => new { method = pricing.Method, floorPricePerGpuHour = Fleet.Dollars(Floor), ceilingPricePerGpuHour = Fleet.Dollars(Ceiling), rateBps = pricing.RateBps },
    };

    private static long Part(long quote, int permille) => quote * permille / 1_000;
}

/// <summary>Second step: draft, both signatures, escrow by permit, mint.</summary>
internal static class Leasing
{
    /// <summary>Drafts the lease and has both parties sign its terms; nothing is on chain yet.</summary>
    public static async Task<Leased> Sign(Stage stage, IReadOnlyList<FleetSite> sites, IReadOnlyList<long> quotes, int index)
    {
        var let = World.Leases[index];
        var site = sites[let.Lessor];
        var prices = Agreed.Of(let.Pricing, quotes[let.Lessor]);
        var lessee = stage.Lessee(index);
        var draft = await stage.Api.Post<LeaseView>($"lease-{let.Name}", "/v1/leases", Draft(stage, let, index, site, lessee, prices));
        var lease = new Leased(index, let, draft.Id, site, lessee, draft.CapPerEpoch.BaseUnits(), draft.Prefunding.BaseUnits() + draft.Deposit.BaseUnits());
        await SignTerms(stage, lease, prices);
        return lease;
    }

    /// <summary>Mints the units of all leases and fills their escrows by permit.</summary>
    public static async Task Originate(Stage stage, IReadOnlyList<Leased> leases)
    {
        var sent = new List<string>();
        foreach (var lease in leases)
        {
            // A second run would be offered a permit with the next nonce: it would no longer be the same request.
            if (IsOnChain(await stage.Api.Get<LeaseView>($"/v1/leases/{lease.Id}"))) continue;
            await stage.Chain.Mint(stage.Token, lease.Lessee.Address, (UInt128)(lease.Prefunding + lease.CapPerEpoch * lease.Let.Days));
            sent.Add(await Originate(stage, lease));
        }
        await stage.Final(sent);
    }

    private static object Draft(Stage stage, Let let, int index, FleetSite site, Party lessee, Agreed prices) => new
    {
        providerId = site.ProviderId,
        lessee = lessee.Address,
        gpuModel = site.Lessor.GpuModel,
        region = site.Lessor.Region,
        gpus = site.Nodes.Skip(let.FirstNode).Take(let.Nodes).SelectMany(n => n.Uuids.Select(uuid => new { nodeId = n.Id, uuid })),
        startEpoch = stage.Epoch(0),
        epochs = let.Days,
        pricing = prices.ToDraft(let.Pricing),
        sla = new { let.Sla.AvailabilityBps, let.Sla.CreditSlope, let.Sla.CreditCapBps },
        efficiency = new { let.Efficiency.Target, let.Efficiency.SlopeBps, let.Efficiency.CapBps },
        interruption = new { let.Interruption.LimitBps, let.Interruption.CreditBps },
        split = new { let.Split.PoolBps, let.Split.FeeBps },
        noticeEpochs = let.NoticeEpochs,
        units = let.Units,
        policy = let.Policy,
        graceEpochs = let.Credit?.GraceEpochs ?? 0,
        deposit = Fleet.Dollars(prices.Price * let.Nodes * World.GpusPerNode * (let.Credit?.DepositHours ?? 0)),
        salt = stage.Seed.Word($"salt {index}"),
    };

    private static async Task SignTerms(Stage stage, Leased lease, Agreed prices)
    {
        var offer = (await stage.Api.Get<Offer>($"/v1/leases/{lease.Id}/typed-data")).ToSign;
        (string, string)[] agreed =
        [
            ("provider", lease.Site.Provider.Address), ("lessee", lease.Lessee.Address), ("payToken", stage.Token),
            ("price", Text(prices.Price)), ("floorPrice", Text(prices.Floor)), ("ceilingPrice", Text(prices.Ceiling)), ("rateBps", Text(lease.Let.Pricing.RateBps)),
            ("epochs", Text(lease.Let.Days)), ("startEpoch", Text(stage.Epoch(0))),
        ];
        foreach (var (party, signer) in new[] { ("provider", lease.Site.Provider), ("lessee", lease.Lessee) })
            await stage.Api.Post<LeaseView>($"lease-{lease.Let.Name}-{party}", $"/v1/leases/{lease.Id}/signatures", new { party, signature = signer.Sign(offer, agreed) });
    }

    private static async Task<string> Originate(Stage stage, Leased lease)
    {
        var offer = await stage.Api.Get<PermitOffer>($"/v1/leases/{lease.Id}/origination/permit");
        var signature = lease.Lessee.Sign(new(offer.TypedData, offer.Digest),
            ("owner", lease.Lessee.Address), ("spender", stage.Contracts.Contracts["leaseClaims"]), ("value", Text(lease.Prefunding)));
        return (await stage.Api.Post<WithId>($"lease-{lease.Let.Name}-origination", $"/v1/leases/{lease.Id}/origination",
            new { permit = new { offer.Value, offer.Deadline, signature } })).Id;
    }

    private static string Text(BigInteger number) => number.ToString(CultureInfo.InvariantCulture);

    private static bool IsOnChain(LeaseView lease) => lease.Status is not ("draft" or "signed" or "originating" or "failed");
}
