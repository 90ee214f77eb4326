using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Leases;

/// <summary>Commands by the effect they name: asked for again it is the same transaction, unless that one failed.</summary>
internal static class EffectQueue
{
    public static async Task<TransactionId> Enqueue(Tx tx, Command command, DateTimeOffset now)
    {
        var attempt = command;
        for (var failures = 1; ; failures++)
        {
            var id = await Outbox.Enqueue(tx, attempt, now);
            if ((await OutboxStore.Find(tx, id))!.State != TransactionState.Failed) return id;
            attempt = command with { CommandId = $"{command.CommandId}:again{failures}" };
        }
    }

    /// <summary>202 with the transaction and its address.</summary>
    public static async Task<Accepted<TransactionView>> Accept(Tx tx, Command command, DateTimeOffset now) =>
        await TransactionApi.Accepted202(tx, await Enqueue(tx, command, now));
}
