using ComputeRwa.Db;
using ComputeRwa.Kernel;
using Nethereum.Contracts;
using Nethereum.Hex.HexConvertors.Extensions;

namespace ComputeRwa.Chain;

/// <summary>
/// A transaction that a feature wants sent. <c>CommandId</c> names the intended effect: the same id enqueued twice is one
/// transaction. <c>Subject</c> is the id of what it is about (a lease, an epoch); <c>GasLimit</c> is the feature's own bound.
/// </summary>
internal sealed record Command(string CommandId, string Kind, string Subject, Address To, string CallData, long GasLimit)
{
    public static Command Of<TMessage>(string commandId, string kind, string subject, string to, TMessage message, long gasLimit) where TMessage : FunctionMessage =>
        new(commandId, kind, subject, Address.Parse(to), message.GetCallData().ToHex(true), gasLimit);
}

/// <summary>States of an outbox row, in order; Failed and Replaced are ends.</summary>
internal static class TransactionState
{
    public const string Queued = "queued";
    public const string Signed = "signed";
    public const string Broadcast = "broadcast";
    public const string Mined = "mined";
    public const string Final = "final";
    public const string Failed = "failed";
    public const string Replaced = "replaced";

    public static readonly IReadOnlyList<string> All = [Queued, Signed, Broadcast, Mined, Final, Failed, Replaced];
}

/// <summary>Where features leave commands, in the same transaction as their own change. It knows nothing of leases.</summary>
internal static class Outbox
{
    /// <summary>What wakes the sender.</summary>
    public const string Topic = "outbox";

    /// <summary>The kind of a transaction that only uses a nonce, so that later ones go on.</summary>
    public const string Filling = "fill";

    /// <summary>Queues a command and returns its transaction id; a command id seen before returns the id it got then.</summary>
    public static async Task<TransactionId> Enqueue(Tx tx, Command command, DateTimeOffset now)
    {
        var id = TransactionId.New(now);
        var seq = await tx.Single<long>("UPDATE outbox_sequence SET value = value + 1 RETURNING value");
        await tx.Execute(
            """
            INSERT INTO transactions (id, seq, command_id, kind, subject, to_address, calldata, gas_limit, state, attempts, created_at, updated_at)
            VALUES (@id, @seq, @CommandId, @Kind, @Subject, @To, @CallData, @GasLimit, @state, 0, @now, @now)
            ON CONFLICT (command_id) DO NOTHING
            """,
            new { id, seq, command.CommandId, command.Kind, command.Subject, command.To, command.CallData, command.GasLimit, state = TransactionState.Queued, now });
        tx.Announce(Topic);
        return await tx.Single<TransactionId>("SELECT id FROM transactions WHERE command_id = @CommandId", new { command.CommandId });
    }

    /// <summary>The same, but a command whose last attempt failed gets another attempt: a transaction of its own, since the old one keeps its reason.</summary>
    public static async Task<TransactionId> EnqueueAgainIfFailed(Tx tx, Command command, DateTimeOffset now)
    {
        for (var attempt = command; ;)
        {
            var id = await Enqueue(tx, attempt, now);
            if ((await OutboxStore.Find(tx, id))!.State != TransactionState.Failed) return id;
            attempt = command with { CommandId = $"{command.CommandId}:after:{id}" };
        }
    }
}
