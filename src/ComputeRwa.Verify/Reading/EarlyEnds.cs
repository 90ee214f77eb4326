using System.Numerics;

namespace ComputeRwa.Verify.Reading;

/// <summary>Which leases an exit or a default has shortened: all of the chain that an attestor needs to recompute one epoch.</summary>
internal static class EarlyEnds
{
    /// <exception cref="RefusedException">The node refuses its logs.</exception>
    /// <exception cref="UnreadableException">There is no node, or it is of another chain.</exception>
    public static async Task<Ends> Read(RpcNode node, DeploymentFile deployment)
    {
        var chainId = ChainLog.Quantity(await node.Ask("eth_chainId"));
        if (deployment.ChainId is { } expected && expected != chainId) throw new UnreadableException($"the node is of chain {chainId} and the deployment of chain {expected}");
        var shape = Catalog.LeaseClaims.Values.Single(s => s.Name == "Shortened");
        var logs = await LogReader.Read(node, [deployment.LeaseClaims], [shape.Topic], deployment.FromBlock, ChainLog.Quantity(await node.Ask("eth_blockNumber")));
        return Ends.Of(logs.Select(shape.Decode));
    }
}
