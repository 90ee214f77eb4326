using Microsoft.AspNetCore.Http.Metadata;

namespace ComputeRwa.Chain;

/// <summary>
/// While the lanes are behind, a request for the chain waits a little before it begins: what is accepted faster than it can be signed only waits in the
/// queue instead, behind ever more of its kind. None is refused, and nothing is held while it waits. A chain that stands still slows nobody.
/// </summary>
internal sealed class Pacing(RequestDelegate next, ChainStatus status)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>A tenth of what the oldest queued command has waited beyond half a second, one second at most.</summary>
    /// <param name="waited">by the command that was signed last</param>
    public static TimeSpan PauseFor(TimeSpan waited) =>
        waited <= Patience ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Min(Longest.Ticks, (waited - Patience).Ticks / 10));

    public async Task InvokeAsync(HttpContext http)
    {
        if (GoesToTheChain(http) && PauseFor(status.WaitInQueue) is { Ticks: > 0 } pause) await Task.Delay(pause, http.RequestAborted);
        await next(http);
    }

    /// <summary>Such routes answer with their transaction: <see cref="TransactionApi.Accepted202"/>.</summary>
    private static bool GoesToTheChain(HttpContext http) => HttpMethods.IsPost(http.Request.Method)
        && http.GetEndpoint()?.Metadata.GetOrderedMetadata<IProducesResponseTypeMetadata>().Any(r => r.Type == typeof(TransactionView)) == true;
}
