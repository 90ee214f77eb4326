using System.Numerics;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Parties;

namespace ComputeRwa.Leases;

/// <param name="GpuModel">a name from /v1/hardware</param>
/// <param name="Region">the region of the site where all the GPUs stand</param>
/// <param name="StartEpoch">first epoch metered; not yet begun</param>
/// <param name="Epochs">number of epochs</param>
/// <param name="NoticeEpochs">epochs that the lessee prefunds at origination, at the cap</param>
/// <param name="Units">supply of the claim's series; all go to the provider</param>
/// <param name="Policy">who may hold units; 0 asks for nothing</param>
/// <param name="Salt">32 bytes that tell equal terms apart; random when left out</param>
/// <param name="GraceEpochs">epochs of cover the lessee may be behind before it can be declared in default; fewer than the notice, 0 when left out</param>
/// <param name="Deposit">security deposit, decimal in the pay token, pulled from the lessee with the escrow; none when left out</param>
internal sealed record DraftLease(
    string ProviderId, string Lessee, string GpuModel, string Region, IReadOnlyList<DraftGpu?> Gpus, long StartEpoch, long Epochs,
    DraftPricing Pricing, DraftSla Sla, DraftEfficiency Efficiency, DraftInterruption Interruption, DraftSplit Split, long NoticeEpochs,
    long Units, long Policy, string? Salt = null, long GraceEpochs = 0, string Deposit = "0");

internal sealed record DraftGpu(string NodeId, string Uuid);

/// <param name="Method">fixed, metered, indexed or revenue-share</param>
/// <param name="PricePerGpuHour">fixed, metered: decimal, in the pay token</param>
/// <param name="TakeOrPayBps">metered: part of the reserved hours that is paid whatever the load</param>
/// <param name="FloorPricePerGpuHour">indexed, revenue-share: lowest price of a billable GPU-hour; decimal, in the pay token</param>
/// <param name="CeilingPricePerGpuHour">indexed, revenue-share: highest price of a billable GPU-hour; decimal, in the pay token</param>
/// <param name="RateBps">indexed: factor on the index; revenue-share: the share</param>
internal sealed record DraftPricing(
    string Method, string? PricePerGpuHour = null, long TakeOrPayBps = 0, string? FloorPricePerGpuHour = null, string? CeilingPricePerGpuHour = null, long? RateBps = null);

/// <param name="CreditSlope">credit in bps of gross for each bp of availability missing</param>
internal sealed record DraftSla(long AvailabilityBps, long CreditSlope, long CreditCapBps);

/// <param name="Target">busy GPU-seconds per IT kWh; 0 for no adjustment</param>
/// <param name="SlopeBps">adjustment in bps of gross for 10,000 bps of deviation</param>
internal sealed record DraftEfficiency(long Target, long SlopeBps, long CapBps);

/// <param name="LimitBps">most of the reserved time that may be curtailed; 0 when the lease may not be interrupted</param>
/// <param name="CreditBps">credit on curtailed hours, part of the price</param>
internal sealed record DraftInterruption(long LimitBps, long CreditBps);

/// <param name="PoolBps">holders' share of rent</param>
/// <param name="FeeBps">the platform's share; the provider has the rest</param>
internal sealed record DraftSplit(long PoolBps, long FeeBps);

/// <summary>What a draft is checked against.</summary>
/// <param name="Gpus">where the GPUs named are, by UUID; unknown ones are absent</param>
/// <param name="Site">the site of the first GPU known; null when none is</param>
/// <param name="Salt">for a draft that names none</param>
internal sealed record DraftContext(
    Provider Provider, PayToken PayToken, IReadOnlyDictionary<string, GpuPlace> Gpus, Site? Site, long PresentEpoch, long EpochSeconds, Hash32 Salt);

/// <summary>Terms that LeaseBook would accept now, and the GPUs behind them in capacity order.</summary>
internal sealed record LeaseDraft(LeaseTerms Terms, SiteId SiteId, IReadOnlyList<LeasedGpu> Gpus, BigInteger CapPerEpoch);
