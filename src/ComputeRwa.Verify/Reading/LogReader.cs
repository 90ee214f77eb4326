namespace ComputeRwa.Verify.Reading;

/// <summary>All logs of some contracts. A node that refuses a range of blocks is asked for the halves of it.</summary>
internal static class LogReader
{
    /// <param name="topics">as eth_getLogs takes them; null stands for any</param>
    /// <returns>in order of block and index</returns>
    /// <exception cref="RefusedException">The node refuses even a single block.</exception>
    /// <exception cref="UnreadableException">There is no node, or it gives logs of others.</exception>
    public static async Task<IReadOnlyList<ChainLog>> Read(RpcNode node, IReadOnlyList<string> contracts, IReadOnlyList<string?> topics, long from, long to)
    {
        var logs = new List<ChainLog>();
        var (at, span) = (from, to - from + 1);
        while (at <= to)
        {
            var end = Math.Min(to, at + span - 1);
            try
            {
                logs.AddRange(await Range(node, contracts, topics, at, end));
                at = end + 1;
            }
            catch (RefusedException) when (end > at)
            {
                span = (end - at + 1) / 2; // and stays: what a node takes at most is a property of the node
            }
        }
        if (logs.FirstOrDefault(l => !contracts.Contains(l.Address) || l.Place.Block < from || l.Place.Block > to) is { } stray)
            throw new UnreadableException($"the node gives a log of {stray.Address} at {stray.Place}, which nobody asked for");
        return [.. logs.OrderBy(l => l.Place.Block).ThenBy(l => l.Place.Index)];
    }

    private static async Task<IEnumerable<ChainLog>> Range(RpcNode node, IReadOnlyList<string> contracts, IReadOnlyList<string?> topics, long from, long to)
    {
        var answer = await node.Ask("eth_getLogs", new { address = contracts, topics, fromBlock = Hashing.Quantity(from), toBlock = Hashing.Quantity(to) });
        return answer.EnumerateArray().Select(ChainLog.Read).ToList();
    }
}
