using ComputeRwa.Kernel;

namespace ComputeRwa.Leases;

/// <summary>Notice that all GPUs of a lease stand still on purpose, e.g. for the grid. <c>To</c> is the first moment outside.</summary>
internal sealed record CurtailmentNotice(string Id, Hash32 LeaseId, DateTimeOffset From, DateTimeOffset To, string Reason, DateTimeOffset CreatedAt)
{
    /// <summary>A notice in whole seconds, inside the lease, reaching back no further than the start of the present epoch.</summary>
    public static Result<CurtailmentNotice> Give(Lease lease, EpochLength length, DateTimeOffset from, DateTimeOffset to, string? reason, DateTimeOffset now)
    {
        var fields = new Fields();
        var text = fields.Text(reason, "reason", 200);
        fields.Require(InWholeSeconds(from), "from", "must be in whole seconds");
        fields.Require(InWholeSeconds(to), "to", "must be in whole seconds");
        fields.Require(to > from, "to", "must be after from");
        fields.Require(from >= length.StartOf(lease.Terms.StartEpoch), "from", $"is before the lease starts, {length.StartOf(lease.Terms.StartEpoch):u}");
        fields.Require(to <= length.EndOf(lease.Terms.LastEpoch), "to", $"is after the lease ends, {length.EndOf(lease.Terms.LastEpoch):u}");
        var earliest = length.StartOf(length.EpochOf(now));
        fields.Require(from >= earliest, "from", $"reaches back beyond the start of the present epoch, {earliest:u}");
        return fields.Error is { } error ? error : new CurtailmentNotice(Kernel.Id.New("curtailment", now), lease.Id, from.ToUniversalTime(), to.ToUniversalTime(), text, now);
    }

    private static bool InWholeSeconds(DateTimeOffset at) => at.Ticks % TimeSpan.TicksPerSecond == 0;
}
