using System.Net;
using ComputeRwa.Kernel;
using Nethereum.JsonRpc.Client;

namespace ComputeRwa.Chain;

/// <summary>The nodes of one chain: one client that goes on with the next when one fails, and one client for each, for comparing their heads.</summary>
/// <param name="Quorum">how many of them must have a block for it to count as the head</param>
internal sealed record Endpoints(IClient Any, IReadOnlyList<IClient> Each, int Quorum)
{
    /// <summary>One node; its head is the head.</summary>
    public static Endpoints Of(IClient client) => new(client, [client], 1);

    public static Endpoints At(IReadOnlyList<Uri> urls, int quorum) => urls.Count == 1
        ? Of(new RpcClient(urls[0], new HttpClient(new AnswerLimit(Wire(RpcClient.MaximumConnectionsPerServer)))))
        : new(
            new RpcClient(urls[0], new HttpClient(new AnswerLimit(new FailoverHandler(urls, TimeProvider.System, Wire())))),
            [.. urls.Select(url => new RpcClient(url, new HttpClient(Wire()) { Timeout = FailoverHandler.Patience }))],
            quorum);

    private static SocketsHttpHandler Wire(int connections = int.MaxValue) =>
        new() { PooledConnectionLifetime = TimeSpan.FromMinutes(10), ConnectTimeout = TimeSpan.FromSeconds(2), MaxConnectionsPerServer = connections };
}

/// <summary>
/// Sends a request to the node in use, and when that cannot be reached, is overloaded or does not answer in time, to the next. A
/// request can be carried out twice by this, which is harmless for all that this program asks: questions, and signed transactions,
/// which a chain takes once.
/// </summary>
internal sealed class FailoverHandler(IReadOnlyList<Uri> urls, TimeProvider time, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>For one node's answer. The last one left is given all the time there is.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    private readonly long[] _restsUntil = new long[urls.Count];
    private int _current;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var order = Order();
        foreach (var i in order[..^1])
        {
            if (await Try(request, i, cancellationToken) is { } response) return response;
            Volatile.Write(ref _restsUntil[i], time.GetUtcNow().Add(Rest).UtcTicks);
        }
        return await Send(request, order[^1], cancellationToken);
    }

    /// <returns>null when the node does not answer, or says that it cannot.</returns>
    private async Task<HttpResponseMessage?> Try(HttpRequestMessage request, int i, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            var response = await Send(request, i, patience.Token);
            if (!IsTheNodesFault(response.StatusCode)) return response;
            response.Dispose();
            return null;
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return null;
        }
    }

    private async Task<HttpResponseMessage> Send(HttpRequestMessage request, int i, CancellationToken cancel)
    {
        request.RequestUri = urls[i];
        var response = await base.SendAsync(request, cancel);
        if (!IsTheNodesFault(response.StatusCode)) Volatile.Write(ref _current, i);
        return response;
    }

    /// <summary>The one in use first, then the others; those that rest last.</summary>
    private int[] Order()
    {
        var (now, current) = (time.GetUtcNow().UtcTicks, Volatile.Read(ref _current));
        return [.. Enumerable.Range(0, urls.Count).Select(i => (current + i) % urls.Count).OrderBy(i => Volatile.Read(ref _restsUntil[i]) > now)];
    }

    private static bool IsTheNodesFault(HttpStatusCode status) => status == HttpStatusCode.TooManyRequests || (int)status >= 500;
}

/// <summary>What several nodes agree is the head, so that one that lags or lies leads nobody astray.</summary>
internal sealed class HeadQuorum(Endpoints endpoints)
{
    /// <summary>The highest block that a quorum has, by its hash.</summary>
    /// <exception cref="UnavailableException">Too few answer, or they disagree.</exception>
    public async Task<BlockHeader> Latest()
    {
        var clients = endpoints.Each.Select(c => new ChainClient(c)).ToList();
        if (clients.Count == 1) return await clients[0].LatestBlock();
        var heads = await Ask(clients, async c => await c.LatestBlock());
        if (Candidate([.. heads.Select(h => h.Number)], endpoints.Quorum) is not { } number)
            throw new UnavailableException("chain-unavailable", $"{heads.Count} of {clients.Count} nodes answer, and {endpoints.Quorum} are needed.");
        var blocks = await Ask(clients, async c => (await c.Blocks([number]))[0]);
        return Agreed(blocks, endpoints.Quorum) ?? throw new UnavailableException("chain-unavailable", $"The nodes disagree about block {number}.");
    }

    /// <summary>The highest block number that at least so many have reached; null when fewer answered.</summary>
    public static long? Candidate(IReadOnlyList<long> heads, int quorum) => heads.Count < quorum ? null : heads.OrderDescending().ElementAt(quorum - 1);

    /// <summary>The block that at least so many have; null when there is none.</summary>
    public static BlockHeader? Agreed(IEnumerable<BlockHeader> blocks, int quorum) =>
        blocks.GroupBy(b => b.Hash).Where(g => g.Count() >= quorum).Select(g => g.First()).FirstOrDefault();

    private static async Task<List<BlockHeader>> Ask(IEnumerable<ChainClient> clients, Func<ChainClient, Task<BlockHeader?>> ask)
    {
        var answers = await Task.WhenAll(clients.Select(async c =>
        {
            try
            {
                return await ask(c);
            }
            catch (Exception e) when (e is UnavailableException or RpcResponseException)
            {
                return null; // one that does not answer does not count
            }
        }));
        return [.. answers.OfType<BlockHeader>()];
    }
}
