using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Telemetry;

namespace ComputeRwa.Settlement;

/// <summary>Makes a metering record of what telemetry measured and the site's factors.</summary>
internal static class Recording
{
    private const int Bps = 10_000;

    /// <param name="pueBps">the site's facility energy / IT energy in force when the epoch began</param>
    /// <param name="heatReuseBps">share of facility energy recovered as heat, likewise</param>
    public static MeteringRecord Of(Hash32 lease, long epoch, MeteredUse use, long pueBps, long heatReuseBps) => checked(Of(
        lease, epoch, use, (ulong)((UInt128)use.ItWattHours * (ulong)pueBps / Bps), (ulong)heatReuseBps));

    /// <summary>Index and revenue are zero: no pricing method of this version uses them.</summary>
    private static MeteringRecord Of(Hash32 lease, long epoch, MeteredUse use, ulong facilityWattHours, ulong heatReuseBps) => checked(new(
        lease, (uint)epoch, (ulong)use.ReservedSeconds, (ulong)use.AvailableSeconds, (ulong)use.BusySeconds, (ulong)use.CurtailedSeconds, (ushort)use.LoadBps,
        (ulong)use.ItWattHours, facilityWattHours, (ulong)((UInt128)facilityWattHours * heatReuseBps / Bps), 0, 0, 0, Hash32.Zero, use.EvidenceHash, (byte)use.Trust));
}
