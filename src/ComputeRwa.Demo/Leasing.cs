using System.Globalization;
using System.Numerics;

namespace ComputeRwa.Demo;

/// <summary>A lease of the story once it is minted.</summary>
/// <param name="Id">digest of the signed terms, the token id</param>
/// <param name="CapPerEpoch">most rent of one epoch, base units</param>
internal sealed record Leased(int Index, Let Let, string Id, FleetSite Site, Party Lessee, BigInteger CapPerEpoch)
{
    public IEnumerable<FleetNode> Nodes => Site.Nodes.Skip(Let.FirstNode).Take(Let.Nodes);
}

/// <summary>Second step: draft, both signatures, escrow by permit, mint.</summary>
internal static class Leasing
{
    /// <summary>Drafts the lease and has both parties sign its terms; nothing is on chain yet.</summary>
    public static async Task<Leased> Sign(Stage stage, IReadOnlyList<FleetSite> sites, IReadOnlyList<long> quotes, int index)
    {
        var let = World.Leases[index];
        var site = sites[let.Lessor];
        var price = quotes[let.Lessor] * let.QuotePermille / 1_000;
        var lessee = stage.Lessee(index);
        var draft = await stage.Api.Post<LeaseView>($"lease-{let.Name}", "/v1/leases", Draft(stage, let, index, site, lessee, price));
        var lease = new Leased(index, let, draft.Id, site, lessee, draft.CapPerEpoch.BaseUnits());
        await SignTerms(stage, lease, price);
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
            await stage.Chain.Mint(stage.Token, lease.Lessee.Address, (UInt128)(lease.CapPerEpoch * lease.Let.Days));
            sent.Add(await Originate(stage, lease));
        }
        await stage.Final(sent);
    }

    private static object Draft(Stage stage, Let let, int index, FleetSite site, Party lessee, long price) => new
    {
        providerId = site.ProviderId,
        lessee = lessee.Address,
        gpuModel = site.Lessor.GpuModel,
        region = site.Lessor.Region,
        gpus = site.Nodes.Skip(let.FirstNode).Take(let.Nodes).SelectMany(n => n.Uuids.Select(uuid => new { nodeId = n.Id, uuid })),
        startEpoch = stage.Epoch(0),
        epochs = let.Days,
        pricing = new { method = let.Method, pricePerGpuHour = Fleet.Dollars(price), takeOrPayBps = let.TakeOrPayBps },
        sla = new { let.Sla.AvailabilityBps, let.Sla.CreditSlope, let.Sla.CreditCapBps },
        efficiency = new { let.Efficiency.Target, let.Efficiency.SlopeBps, let.Efficiency.CapBps },
        interruption = new { let.Interruption.LimitBps, let.Interruption.CreditBps },
        split = new { let.Split.PoolBps, let.Split.FeeBps },
        noticeEpochs = let.NoticeEpochs,
        units = let.Units,
        policy = let.Policy,
        salt = stage.Seed.Word($"salt {index}"),
    };

    private static async Task SignTerms(Stage stage, Leased lease, long price)
    {
        var offer = (await stage.Api.Get<Offer>($"/v1/leases/{lease.Id}/typed-data")).ToSign;
        (string, string)[] agreed =
        [
            ("provider", lease.Site.Provider.Address), ("lessee", lease.Lessee.Address), ("payToken", stage.Token),
            ("price", price.ToString(CultureInfo.InvariantCulture)), ("epochs", lease.Let.Days.ToString(CultureInfo.InvariantCulture)),
            ("startEpoch", stage.Epoch(0).ToString(CultureInfo.InvariantCulture)),
        ];
        foreach (var (party, signer) in new[] { ("provider", lease.Site.Provider), ("lessee", lease.Lessee) })
            await stage.Api.Post<LeaseView>($"lease-{lease.Let.Name}-{party}", $"/v1/leases/{lease.Id}/signatures", new { party, signature = signer.Sign(offer, agreed) });
    }

    private static async Task<string> Originate(Stage stage, Leased lease)
    {
        var offer = await stage.Api.Get<PermitOffer>($"/v1/leases/{lease.Id}/origination/permit");
        var signature = lease.Lessee.Sign(new(offer.TypedData, offer.Digest),
            ("owner", lease.Lessee.Address), ("spender", stage.Contracts.Contracts["leaseClaims"]), ("value", (lease.CapPerEpoch * lease.Let.NoticeEpochs).ToString(CultureInfo.InvariantCulture)));
        return (await stage.Api.Post<WithId>($"lease-{lease.Let.Name}-origination", $"/v1/leases/{lease.Id}/origination",
            new { permit = new { offer.Value, offer.Deadline, signature } })).Id;
    }

    private static bool IsOnChain(LeaseView lease) => lease.Status is "offered" or "active" or "ended";
}
