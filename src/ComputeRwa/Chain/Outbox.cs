using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Chain;

/// <summary>
/// A transaction that a feature wants sent. <c>CommandId</c> names the intended effect: the same id enqueued twice is one
/// transaction. <c>Subject</c> is the id of what it is about (a lease, an epoch); <c>GasLimit</c> is the feature's own bound.
/// </summary>
internal sealed record Command(string CommandId, string Kind, string Subject, Address To, string CallData, long GasLimit);

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
}

/// <summary>Where features leave commands, in the same transaction as their own change. It knows nothing of leases.</summary>
internal static class Outbox
{
    /// <summary>Queues a command and returns its transaction id; a command id seen before returns the id it got then.</summary>
    public static async Task<TransactionId> Enqueue(Tx tx, Command command, DateTimeOffset now)
    {
        var id = TransactionId.New(now);
        await tx.Execute(
            """
            INSERT INTO transactions (id, command_id, kind, subject, to_address, calldata, gas_limit, state, attempts, created_at, updated_at)
            VALUES (@id, @CommandId, @Kind, @Subject, @To, @CallData, @GasLimit, @state, 0, @now, @now)
            ON CONFLICT (command_id) DO NOTHING
            """,
            new { id, command.CommandId, command.Kind, command.Subject, command.To, command.CallData, command.GasLimit, state = TransactionState.Queued, now });
        return await tx.Single<TransactionId>("SELECT id FROM transactions WHERE command_id = @CommandId", new { command.CommandId });
    }
}
