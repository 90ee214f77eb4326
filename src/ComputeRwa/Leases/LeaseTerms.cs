using System.Numerics;
using ComputeRwa.Kernel;

namespace ComputeRwa.Leases;

/// <summary>How the gross rent of an epoch is found; the numbers are the contract's.</summary>
internal enum PricingMethod : byte
{
    Fixed = 0,
    Metered = 1,
    Indexed = 2,
    RevenueShare = 3,
}

/// <summary>
/// What lessee and provider sign: contracts/types/Lease.sol, member by member. Prices are base units of <c>PayToken</c> per
/// GPU-hour, bps are ten-thousandths, <c>EfficiencyTarget</c> is busy GPU-seconds per IT kWh, <c>Deposit</c> is base units.
/// </summary>
internal sealed record LeaseTerms(
    Address Provider, Address Lessee, Address PayToken, ShortText GpuModel, ShortText Region, uint GpuCount, Hash32 CapacityRoot,
    uint StartEpoch, uint Epochs, PricingMethod Method, BigInteger Price, BigInteger FloorPrice, BigInteger CeilingPrice, uint RateBps,
    ushort TakeOrPayBps, ushort SlaBps, ushort SlaCreditSlope, ushort SlaCreditCapBps, ulong EfficiencyTarget, ushort EfficiencySlopeBps,
    ushort EfficiencyCapBps, ushort CurtailLimitBps, ushort CurtailCreditBps, ushort PoolBps, ushort FeeBps, uint NoticeEpochs, ushort GraceEpochs,
    BigInteger Deposit, ulong Units, ushort Policy, Hash32 Salt)
{
    /// <summary>The last epoch metered.</summary>
    public uint LastEpoch => StartEpoch + Epochs - 1;

    public bool Covers(long epoch) => epoch >= StartEpoch && epoch <= LastEpoch;
}
