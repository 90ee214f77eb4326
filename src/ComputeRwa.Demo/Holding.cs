using System.Globalization;

namespace ComputeRwa.Demo;

/// <summary>Third step: who may hold claims, and how the provider sells them. Only a holder's own signature moves units.</summary>
internal static class Holding
{
    private const int Denmark = 208;
    private const int Professional = 2;

    /// <summary>The registrar admits holders and providers: series of policy 1 are for members only.</summary>
    public static async Task Admit(Stage stage)
    {
        var accounts = World.Holders.Select((_, i) => stage.Holder(i)).Concat(World.Lessors.Select((_, i) => stage.Provider(i)));
        var sent = new List<string>();
        foreach (var account in accounts) sent.Add(await Admit(stage, account));
        await stage.Final(sent);
    }

    private static async Task<string> Admit(Stage stage, Party account)
    {
        var admission = new Dictionary<string, object>
        {
            ["account"] = account.Address,
            ["validUntil"] = Stage.Rfc3339(World.Deadline),
            ["jurisdiction"] = Denmark,
            ["investorClass"] = Professional,
            ["nonce"] = "0",
            ["deadline"] = World.Deadline.ToUnixTimeSeconds(),
        };
        var offer = await stage.Api.Post<Offer>($"admission-{account.Name}-data", "/v1/memberships/typed-data", admission);
        admission["signature"] = stage.Keys.Registrar.Sign(offer.ToSign, ("account", account.Address));
        return (await stage.Api.Post<WithId>($"admission-{account.Name}", "/v1/memberships", admission)).Id;
    }

    /// <summary>The providers' first sales. What a provider does not sell it keeps, and is paid for like any holder.</summary>
    public static async Task Allocate(Stage stage, IReadOnlyList<Leased> leases)
    {
        var sent = new List<string>();
        foreach (var lease in leases)
            for (var i = 0; i < lease.Let.Holdings.Count; i++)
                sent.Add(await Transfer(stage, $"allocate-{lease.Let.Name}-{i}", lease, lease.Site.Provider, stage.Holder(i), lease.Let.Holdings[i], null, Nonce(lease.Index, i)));
        await stage.Final(sent);
    }

    /// <summary>A sale between holders that names the epoch it is synced through: earlier revenue stays with the seller.</summary>
    public static async Task Sell(Stage stage, Leased lease, Sale sale)
    {
        await stage.Final(await Transfer(stage, "sale", lease, stage.Holder(sale.Seller), stage.Holder(sale.Buyer), sale.Units, stage.Epoch(sale.Day), Nonce(lease.Index, 0)));
        stage.Say($"{World.Holders[sale.Seller]} sells {sale.Units:N0} units of lease {lease.Let.Name} to {World.Holders[sale.Buyer]}, synced through epoch {stage.Epoch(sale.Day)}");
    }

    // A provider may let several leases: each has its own nonces, which may be used in any order.
    private static int Nonce(int lease, int number) => lease * 16 + number;

    private static async Task<string> Transfer(Stage stage, string step, Leased lease, Party from, Party to, int units, long? syncedThrough, int nonce)
    {
        var order = new Dictionary<string, object?>
        {
            ["leaseId"] = lease.Id,
            ["from"] = from.Address,
            ["to"] = to.Address,
            ["units"] = units,
            ["syncedThrough"] = syncedThrough,
            ["nonce"] = nonce.ToString(CultureInfo.InvariantCulture),
            ["deadline"] = World.Deadline.ToUnixTimeSeconds(),
        };
        var offer = await stage.Api.Post<Offer>($"{step}-data", "/v1/transfers/typed-data", order);
        order["signature"] = from.Sign(offer.ToSign, ("to", to.Address), ("units", units.ToString(CultureInfo.InvariantCulture)));
        return (await stage.Api.Post<WithId>(step, "/v1/transfers", order)).Id;
    }
}
