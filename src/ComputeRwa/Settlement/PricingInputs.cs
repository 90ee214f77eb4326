using System.Numerics;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Pricing;

namespace ComputeRwa.Settlement;

/// <summary>What a metering record holds beside telemetry, base units: zeros for what the lease's pricing method does not use.</summary>
/// <param name="IndexEpoch">epoch of the newest index value at or before the record's; another than the record's means that it is stale</param>
internal sealed record PricingInputs(BigInteger IndexValue, uint IndexEpoch, BigInteger Revenue, Hash32 RevenueSource)
{
    public static readonly PricingInputs None = new(0, 0, 0, Hash32.Zero);

    public static async Task<PricingInputs> Find(Tx tx, Lease lease, long epoch) => lease.Terms.Method switch
    {
        PricingMethod.Indexed when await IndexValueStore.Newest(tx, lease.Terms.GpuModel.Text, lease.Terms.Region.Text, epoch) is { } newest =>
            None with { IndexValue = newest.Value, IndexEpoch = checked((uint)newest.Epoch) },
        PricingMethod.RevenueShare when await RevenueStore.Find(tx, lease.Id, epoch) is { } reported =>
            None with { Revenue = reported.Amount, RevenueSource = reported.SourceHash },
        _ => None,
    };
}
