using ComputeRwa.Fleet;

namespace ComputeRwa.Agent;

/// <summary>
/// Lets another key sign for this node. What waits is sent first, signed as it is, and the new key begins with the chain's next batch. A crash at any point leaves the
/// service with the one key or the other, and the next run says which.
/// </summary>
internal sealed class KeyReplacement(Spool spool, Service service, Settings settings, Log log)
{
    /// <summary>Another writer may extend the chain in between; no more than a few times in a row.</summary>
    private const int MostAttempts = 5;

    /// <returns>false when it is to be run again, and nothing was replaced</returns>
    /// <exception cref="SetupException">The keys are not those that can do this.</exception>
    public async Task<bool> Run(NodeKey old, NodeKey next, CancellationToken stop)
    {
        try
        {
            var facts = await service.Facts(stop);
            spool.WriteFacts(facts);
            if (facts.Last.Number > 0 && facts.Last.ToSigningKey().Key == next.Address)
            {
                log.Info("replaced-before", ("number", facts.Last.Number), ("key", next.Address), ("from_sequence", facts.Last.FromSequence), ("next", Next));
                return true;
            }
            if (facts.IsOurs(next.Address)) throw new SetupException($"{settings.NewKeyFile} holds the key of {next.Address}, which is or was the node's: a key is used once.");
            if (facts.Last.ToSigningKey().Key != old.Address) throw new SetupException($"{settings.KeyFile} holds the key of {old.Address}, and the one to replace is {facts.Last.Key}.");
            spool.Use(facts, old);
            return await SendAll(stop) && await Replace(facts, old, next, stop);
        }
        catch (AwayException e)
        {
            log.Warn("not-replaced", ("reason", e.Message));
            return false;
        }
    }

    private string Next => $"start the agent with --key {settings.NewKeyFile}";

    private async Task<bool> SendAll(CancellationToken stop)
    {
        var sender = new Sender(spool, service, settings, log);
        while (spool.Pending > 0)
        {
            if ((await sender.Round(stop)).Failed is not { } why) continue;
            log.Warn("not-replaced", ("pending", spool.Pending), ("reason", why));
            return false;
        }
        return true;
    }

    private async Task<bool> Replace(Facts facts, NodeKey old, NodeKey next, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            var key = new SigningKey(facts.Last.Number + 1, (await service.Position(stop)).NextSequence, next.Address);
            var digest = key.Digest(facts.Key);
            if (await service.Replace(key, old.Sign(digest), next.Sign(digest), stop) is { } refused)
            {
                if (refused is { Code: "conflict", Field: "fromSequence" } && attempt < MostAttempts) continue;
                if (!refused.Retryable && refused.Code is not ("conflict" or "unauthenticated" or "forbidden")) throw new SetupException($"The service refuses the key: {refused.Reason}");
                log.Warn("not-replaced", ("reason", refused.Reason));
                return false;
            }
            // For starts without the service. A crash before this costs nothing: the service knows.
            spool.WriteFacts(facts with { Replacements = [.. facts.Replacements ?? [], new(key.Number, key.FromSequence, key.Key.Value)] });
            log.Info("replaced", ("number", key.Number), ("key", next.Address), ("from_sequence", key.FromSequence), ("next", Next));
            return true;
        }
    }
}
