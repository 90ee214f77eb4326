using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Telemetry;

namespace ComputeRwa.Settlement;

/// <summary>Makes a metering record of what telemetry measured, the site's factors and what the pricing method asks for.</summary>
internal static class Recording
{
    private const int Bps = 10_000;

    /// <param name="pueBps">the site's facility energy / IT energy in force when the epoch began</param>
    /// <param name="heatReuseBps">share of facility energy recovered as heat, likewise</param>
    public static MeteringRecord Of(Hash32 lease, long epoch, MeteredUse use, long pueBps, long heatReuseBps, PricingInputs inputs) => checked(Of(
        lease, epoch, use, (ulong)((UInt128)use.ItWattHours * (ulong)pueBps / Bps), (ulong)heatReuseBps, inputs));

    private static MeteringRecord Of(Hash32 lease, long epoch, MeteredUse use, ulong facilityWattHours, ulong heatReuseBps, PricingInputs inputs) => checked(new(
        lease, (uint)epoch, (ulong)use.ReservedSeconds, (ulong)use.AvailableSeconds, (ulong)use.BusySeconds, (ulong)use.CurtailedSeconds, (ushort)use.LoadBps,
        (ulong)use.ItWattHours, facilityWattHours, (ulong)((UInt128)facilityWattHours * heatReuseBps / Bps),
        inputs.IndexValue, inputs.IndexEpoch, inputs.Revenue, inputs.RevenueSource, use.EvidenceHash, (byte)use.Trust));
}
