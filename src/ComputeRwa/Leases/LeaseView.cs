using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using ComputeRwa.Pricing;

namespace ComputeRwa.Leases;

/// <param name="Terms">the Solidity struct, member by member</param>
/// <param name="PricePerGpuHour">fixed, metered; null otherwise</param>
/// <param name="FloorPricePerGpuHour">indexed, revenue-share; null otherwise, as is the ceiling</param>
/// <param name="Pricing">the pricing method and its parameters in words</param>
/// <param name="Deposit">security deposit that the terms ask of the lessee</param>
/// <param name="Prefunding">escrow that origination takes from the lessee: the notice epochs at the cap</param>
/// <param name="Escrow">funded and not yet applied</param>
/// <param name="Applied">rent moved out of escrow in all</param>
/// <param name="OtherIncome">heat, mining and grid income shared out beside the rent</param>
/// <param name="Held">rent that leaves ask and that objections hold back, or that was decided not to be owed</param>
/// <param name="DepositStanding">security deposit that stands</param>
/// <param name="Arrears">rent owed beyond what was applied</param>
/// <param name="SyncedThrough">last epoch applied, the epoch before the first when none is; null before the lease is on chain</param>
/// <param name="LastEpoch">earlier than the terms say after an exit or a default</param>
/// <param name="OriginationId">the transaction that originates it</param>
internal sealed record LeaseView(
    string Id, string Status, string ProviderId, string SiteId, string GpuModel, string Region, LeaseTermsJson Terms, PartiesSigned Signatures,
    IReadOnlyList<GpuView> Gpus, string Pricing, MoneyJson? PricePerGpuHour, MoneyJson? FloorPricePerGpuHour, MoneyJson? CeilingPricePerGpuHour,
    MoneyJson CapPerEpoch, MoneyJson Prefunding, MoneyJson Deposit, MoneyJson Funded, MoneyJson Escrow,
    MoneyJson Applied, MoneyJson OtherIncome, MoneyJson Held, MoneyJson DepositStanding, MoneyJson Arrears, SharesView Earned, MoneyJson ProviderPaid, MoneyJson FeeCollected, long? SyncedThrough, DateTimeOffset StartsAt, DateTimeOffset EndsAt, long LastEpoch,
    string? OriginationId, string? OriginationHash, DateTimeOffset? OriginatedAt, DateTimeOffset CreatedAt);

/// <summary>When each party signed; null while it has not. The signatures themselves stay private until they are sent to the chain.</summary>
internal sealed record PartiesSigned(DateTimeOffset? Provider, DateTimeOffset? Lessee);

internal sealed record GpuView(string NodeId, string NodeKey, string Uuid);

/// <summary>How the rent applied so far divides.</summary>
/// <param name="Pool">the holders' share</param>
internal sealed record SharesView(MoneyJson Pool, MoneyJson Provider, MoneyJson Fee);

/// <summary>Everything about leases that comes from several tables, put together.</summary>
internal sealed class LeaseBoard(Deployment deployment, PayTokens tokens, TimeProvider time)
{
    public async Task<string> Status(Tx tx, Lease lease) => (await Statuses(tx, [lease]))[lease.Id];

    public async Task<Dictionary<Hash32, string>> Statuses(Tx tx, IReadOnlyCollection<Lease> leases) =>
        await Statuses(tx, leases, await LeaseChainStore.Originations(tx, leases.Select(l => l.Id)));

    private async Task<Dictionary<Hash32, string>> Statuses(Tx tx, IReadOnlyCollection<Lease> leases, Dictionary<Hash32, OriginationRow> originated)
    {
        var states = await OriginationStates(tx, leases);
        var epoch = deployment.Epochs.EpochOf(time.Now());
        var accounts = await LeaseChainStore.Accounts(tx, [.. leases.Where(l => originated.ContainsKey(l.Id))]);
        return leases.ToDictionary(l => l.Id, l => LeaseStatus.Of(l, new(
            accounts.GetValueOrDefault(l.Id), l.Origination is { } sent ? states[sent.Value] : null, epoch)));
    }

    public async Task<LeaseView> View(Tx tx, Lease lease) => (await Views(tx, [lease]))[0];

    public async Task<List<LeaseView>> Views(Tx tx, IReadOnlyList<Lease> leases)
    {
        var ids = leases.Select(l => l.Id).ToList();
        var originated = await LeaseChainStore.Originations(tx, ids);
        var statuses = await Statuses(tx, leases, originated);
        var accounts = await LeaseChainStore.Accounts(tx, leases);
        var gpus = await LeaseStore.Gpus(tx, ids);
        return [.. leases.Select(l => View(l, statuses[l.Id], originated.GetValueOrDefault(l.Id), accounts[l.Id], gpus[l.Id]))];
    }

    private LeaseView View(Lease lease, string status, OriginationRow? originated, LeaseCash cash, IEnumerable<LeasedGpu> gpus)
    {
        var (terms, length) = (lease.Terms, deployment.Epochs);
        var hasOnePrice = terms.Method is PricingMethod.Fixed or PricingMethod.Metered;
        return new(
            lease.Id.Value, status, lease.ProviderId.Value, lease.SiteId.Value, terms.GpuModel.Text, terms.Region.Text, LeaseTermsJson.Of(terms),
            new(lease.ProviderSignature?.SignedAt, lease.LesseeSignature?.SignedAt), [.. gpus.Select(g => new GpuView(g.NodeId.Value, g.NodeKey.Value, g.Uuid))],
            PricingText.Describe(terms, amount => new Money(amount, TokenOf(terms)).ToString()), hasOnePrice ? Money(terms, terms.Price) : null,
            hasOnePrice ? null : Money(terms, terms.FloorPrice), hasOnePrice ? null : Money(terms, terms.CeilingPrice),
            Money(terms, lease.CapPerEpoch), Money(terms, lease.Prefunding), Money(terms, terms.Deposit), Money(terms, cash.Funded), Money(terms, cash.Escrow),
            Money(terms, cash.RentApplied), Money(terms, cash.Income), Money(terms, cash.Held), Money(terms, cash.Deposit), Money(terms, cash.Arrears),
            new(Money(terms, cash.Earned.Pool), Money(terms, cash.Earned.Provider), Money(terms, cash.Earned.Fee)),
            Money(terms, cash.ProviderPaid), Money(terms, cash.FeeCollected),
            originated is null ? null : cash.SyncedThrough, length.StartOf(terms.StartEpoch), length.EndOf(cash.LastEpoch), cash.LastEpoch,
            lease.Origination?.Value, originated?.TxHash.Value, originated?.MinedAt, lease.CreatedAt);
    }

    /// <exception cref="InvalidOperationException">The terms name a token that this deployment does not pay in.</exception>
    private MoneyJson Money(LeaseTerms terms, BigInteger baseUnits) => new Money(baseUnits, TokenOf(terms)).ToJson();

    public PayToken TokenOf(LeaseTerms terms) => tokens.Find(terms.PayToken)
        ?? throw new InvalidOperationException($"The pay token {terms.PayToken} is not one of this deployment.");

    private static async Task<Dictionary<string, string>> OriginationStates(Tx tx, IEnumerable<Lease> leases)
    {
        var ids = leases.Where(l => l.Origination is not null).Select(l => l.Origination!.Value.Value).ToList();
        if (ids.Count == 0) return [];
        return (await tx.Query<(string Id, string State)>("SELECT id, state FROM transactions WHERE id IN @ids", new { ids })).ToDictionary(t => t.Id, t => t.State);
    }
}
