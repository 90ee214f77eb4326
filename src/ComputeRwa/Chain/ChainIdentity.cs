using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Chain;

/// <summary>
/// One database belongs to one deployment on one chain. Everything in it, from nonces to balances, would be wrong against
/// another, so the program refuses to start rather than guess.
/// </summary>
internal sealed class ChainIdentity(ChainClient chain, ChainOptions options, IHostApplicationLifetime lifetime, ILogger<ChainIdentity> log)
{
    private volatile bool _verified;

    /// <exception cref="InvalidOperationException">The database was made with another chain or deployment.</exception>
    public static async Task Claim(Database database, Deployment deployment, DateTimeOffset now)
    {
        await using var tx = database.Write();
        await tx.TakeTurn("chain-identity");
        var known = await tx.First<KnownDeployment>("SELECT chain_id, salt FROM chain_identity");
        if (known is null)
            await tx.Execute("INSERT INTO chain_identity (chain_id, salt, deployment, seen_at) VALUES (@ChainId, @Salt, @text, @now)",
                new { deployment.ChainId, deployment.Salt, text = System.Text.Json.JsonSerializer.Serialize(deployment, System.Text.Json.JsonSerializerOptions.Web), now });
        else if (known.ChainId != deployment.ChainId || known.Salt != deployment.Salt)
            throw new InvalidOperationException(
                $"This database belongs to the deployment with salt {known.Salt} on chain {known.ChainId}, and Chain:Deployment describes salt {deployment.Salt} "
                + $"on chain {deployment.ChainId}. Name the database of that deployment in Db:Url, or a new one.");
        await tx.Commit();
    }

    /// <summary>Looks once whether the node serves the deployment's chain and has its contracts.</summary>
    /// <exception cref="InvalidOperationException">It is another chain.</exception>
    /// <exception cref="UnavailableException">The node does not answer; ask again.</exception>
    public async Task Verify()
    {
        var chainId = await chain.ChainId();
        if (chainId != options.Deployment.ChainId)
            throw new InvalidOperationException($"Chain:RpcUrl serves chain {chainId}, and Chain:Deployment describes chain {options.Deployment.ChainId}.");
        foreach (var (name, address) in options.Deployment.Named)
            if (!await chain.HasCode(address))
                throw new InvalidOperationException($"There is no {name} at {address} on chain {chainId}: the chain was restarted or is another one. Deploy again, with a new database.");
        _verified = true;
    }

    /// <summary>The same for jobs, which may have to wait for the node: a wrong chain ends the program.</summary>
    public async Task<bool> Verified()
    {
        if (_verified) return true;
        try
        {
            await Verify();
        }
        catch (InvalidOperationException e)
        {
            log.LogCritical(e, "This is not the chain it should be; stopping");
            lifetime.StopApplication();
        }
        return _verified;
    }

    private sealed record KnownDeployment(long ChainId, string Salt);
}
