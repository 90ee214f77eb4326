using ComputeRwa.Kernel;

namespace ComputeRwa.Chain;

/// <summary>
/// The time of the latest block, for development chains whose time a client moves. It does no I/O: the watcher and
/// the first step of every request keep it up to date. Timers and time stamps stay real.
/// </summary>
internal sealed class ChainClock(ChainStatus status) : TimeProvider
{
    /// <exception cref="UnavailableException">No block has been seen yet.</exception>
    public override DateTimeOffset GetUtcNow() =>
        status.Head?.MinedAt ?? throw new UnavailableException("chain-unavailable", "The clock follows the chain, and no block has been seen yet.");
}

/// <summary>Marks a route that must answer while the chain does not.</summary>
internal sealed record NeedsNoChain;

/// <summary>After a client has moved chain time, its next request must see it.</summary>
internal sealed class ChainClockRefresh(RequestDelegate next, ChainClient chain, ChainStatus status)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint() is { } endpoint && endpoint.Metadata.GetMetadata<NeedsNoChain>() is null) status.Saw(await chain.LatestBlock());
        await next(http);
    }
}
