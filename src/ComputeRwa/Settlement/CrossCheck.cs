using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Telemetry;

namespace ComputeRwa.Settlement;

/// <summary>What a finding does to the label of the lease whose GPUs it touches.</summary>
internal enum FindingPolicy
{
    /// <summary>It is shown, and the lease is not cross-checked.</summary>
    Report,
    /// <summary>The label falls to Self-reported.</summary>
    LowerTrust,
}

/// <param name="Name">signed, checked, findings, metered or billed</param>
internal sealed record TrustReason(string Name, bool Holds, string Text);

/// <summary>What a label is decided by, besides the metering record.</summary>
/// <param name="IsChecked">whether the epoch's samples were checked after it was closed</param>
/// <param name="Findings">contradictions of the lease's GPUs in the epoch</param>
/// <param name="SiteWattHours">of all GPUs at the site, by telemetry</param>
/// <param name="MeterWattHours">of all machines there, by the site's meter; null when none covers the epoch</param>
/// <param name="Meter">which meter, in words</param>
internal sealed record CrossCheckInputs(bool IsChecked, IReadOnlyList<string> Findings, FindingPolicy Policy, long SiteWattHours, long? MeterWattHours, string Meter);

/// <summary>
/// The trust label of a lease's epoch as a statement beside its metering record: the record's own trust is what its samples prove; whether independent
/// measurements agree is not in the epoch's files, so nothing is settled by it.
/// </summary>
internal static class CrossCheck
{
    /// <summary>
    /// GPUs take this share of what all machines take, in bps. Acme (A100, Seren): 46 % on average, 33 % where servers stand idle (8 × 63 of 1,512 W), 64 % at
    /// the highest; the least is a fifth below idle servers'. More than all is only an error of reading: nvidia-smi is accurate to 5 W.
    /// </summary>
    public const long LeastShareBps = 2_600;
    public const long MostShareBps = 10_500;

    /// <summary>Of what was let and not curtailed so much must have been available.</summary>
    public const long BilledBps = 9_500;

    public static (Trust Label, IReadOnlyList<TrustReason> Reasons) Of(MeteringRecord record, CrossCheckInputs inputs)
    {
        TrustReason[] reasons = [Signed(record), Checked(inputs), Found(inputs), Metered(inputs), Billed(record)];
        var label = !reasons[0].Holds || inputs.Findings.Count > 0 && inputs.Policy == FindingPolicy.LowerTrust ? Trust.SelfReported
            : Array.TrueForAll(reasons, r => r.Holds) ? Trust.CrossChecked : Trust.Attested;
        return (label, reasons);
    }

    private static TrustReason Signed(MeteringRecord record) => record.Trust >= (byte)Trust.Attested
        ? new("signed", true, "Every batch used carries the signature of its node's key, and no load rests on utilisation alone.")
        : new("signed", false, "Batches are missing, or one is not signed by its node's key, or some load rests on utilisation alone.");

    private static TrustReason Checked(CrossCheckInputs inputs) => inputs.IsChecked
        ? new("checked", true, "The epoch's samples were checked for contradictions after it was closed.")
        : new("checked", false, "The epoch's samples are not all checked for contradictions yet.");

    private static TrustReason Found(CrossCheckInputs inputs) => inputs.Findings.Count == 0
        ? new("findings", true, "No finding touches the lease's GPUs.")
        : new("findings", false, $"{inputs.Findings.Count} finding{(inputs.Findings.Count == 1 ? "" : "s")} of the lease's GPUs ({string.Join(", ", inputs.Findings.Distinct().Order(StringComparer.Ordinal))}); "
            + (inputs.Policy == FindingPolicy.LowerTrust ? "by the lease's policy its label is Self-reported." : "by the lease's policy they are only reported."));

    private static TrustReason Metered(CrossCheckInputs inputs)
    {
        if (inputs.MeterWattHours is not { } meter) return new("metered", false, $"{inputs.Meter} does not cover the epoch.");
        var holds = (Int128)inputs.SiteWattHours * 10_000 >= (Int128)meter * LeastShareBps && (Int128)inputs.SiteWattHours * 10_000 <= (Int128)meter * MostShareBps && meter > 0;
        var share = meter == 0 ? "" : $", {Readable.Percent((long)Int128.Min((Int128)inputs.SiteWattHours * 10_000 / meter, 100_000_000))} of it";
        return new("metered", holds, $"By telemetry the site's GPUs took {Readable.Count(inputs.SiteWattHours)} Wh, and by {inputs.Meter} its machines {Readable.Count(meter)} Wh{share}: "
            + $"{(holds ? "within" : "outside")} {Readable.Percent(LeastShareBps)} to {Readable.Percent(MostShareBps)}.");
    }

    private static TrustReason Billed(MeteringRecord record)
    {
        var expected = record.ReservedSeconds - Math.Min(record.ReservedSeconds, record.CurtailedSeconds);
        var holds = (UInt128)record.AvailableSeconds * 10_000 >= (UInt128)expected * (ulong)BilledBps;
        return new("billed", holds, $"Of {Readable.Count(expected)} GPU-seconds that were let and not curtailed {Readable.Count(record.AvailableSeconds)} were available: "
            + $"{(holds ? "at least" : "less than")} {Readable.Percent(BilledBps)}.");
    }
}
