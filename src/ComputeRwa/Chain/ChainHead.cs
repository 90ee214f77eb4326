using System.Collections.Concurrent;
using System.Numerics;
using ComputeRwa.Kernel;

namespace ComputeRwa.Chain;

/// <summary>A block's header, as far as it matters here. <c>BaseFee</c> is wei per gas.</summary>
internal sealed record BlockHeader(long Number, Hash32 Hash, Hash32 Parent, DateTimeOffset MinedAt, BigInteger BaseFee);

/// <summary>
/// What the jobs last saw, for readiness, metrics and the clock. It is a view only: after a restart it fills up again, and
/// nothing is decided from it. Ages are in real time, whatever the clock follows.
/// </summary>
internal sealed class ChainStatus
{
    private long _headSeenAt;
    private BlockHeader? _head;

    public BlockHeader? Head => Volatile.Read(ref _head);

    /// <summary>Real time since the node last answered; null before the first time.</summary>
    public TimeSpan? HeadAge => Volatile.Read(ref _headSeenAt) is var at and > 0 ? TimeProvider.System.GetElapsedTime(at) : null;

    /// <summary>The last block whose logs every projector has.</summary>
    public long? ProjectedThrough { get; set; }

    /// <summary>Another replica reads the chain for this one too.</summary>
    public bool LooksOn { get; set; }

    private readonly ConcurrentDictionary<Address, string> _lanes = new();

    public void Report(Address lane, string? problem) => _lanes[lane] = problem ?? "";

    /// <summary>Why a lane of the sender, or the watcher, cannot go on; null when they can.</summary>
    public string? SenderProblem => _lanes.IsEmpty ? "has not started" : _lanes.Where(l => l.Value.Length > 0).Select(l => $"{l.Key}: {l.Value}").FirstOrDefault();
    public string? WatcherProblem { get; set; } = "has not started";

    private static readonly TimeSpan Signing = TimeSpan.FromSeconds(1);
    private (TimeSpan Wait, long At) _signed;
    private readonly Lock _lock = new();

    /// <summary>How long a command that was just signed had waited in the queue; zero while nothing is signed here, for whatever reason.</summary>
    public TimeSpan WaitInQueue
    {
        get
        {
            lock (_lock) return _signed.At > 0 && TimeProvider.System.GetElapsedTime(_signed.At) < Signing ? _signed.Wait : TimeSpan.Zero;
        }
    }

    public void Signed(TimeSpan waited)
    {
        lock (_lock) _signed = (waited, TimeProvider.System.GetTimestamp());
    }

    public void Saw(BlockHeader head)
    {
        Volatile.Write(ref _head, head);
        Volatile.Write(ref _headSeenAt, TimeProvider.System.GetTimestamp());
    }
}
