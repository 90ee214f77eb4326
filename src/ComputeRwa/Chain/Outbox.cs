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

/// <summary>States of an outbox row, in order; Failed and Replaced are ends. A command in a pack is Packed instead of Signed and Broadcast.</summary>
internal static class TransactionState
{
    public const string Queued = "queued";
    public const string Packed = "packed";
    public const string Signed = "signed";
    public const string Broadcast = "broadcast";
    public const string Mined = "mined";
    public const string Final = "final";
    public const string Failed = "failed";
    public const string Replaced = "replaced";

    public static readonly IReadOnlyList<string> All = [Queued, Packed, Signed, Broadcast, Mined, Final, Failed, Replaced];
}

/// <summary>Where features leave commands, in the same transaction as their own change. It knows nothing of leases.</summary>
internal static class Outbox
{
    /// <summary>What wakes the sender.</summary>
    public const string Topic = "outbox";

    /// <summary>The kind of a transaction that only uses a nonce, so that later ones go on.</summary>
    public const string Filling = "fill";

    /// <summary>The kind of a transaction that carries several commands; its subject is their kind.</summary>
    public const string Pack = "pack";

    /// <summary>Queues a command and returns its row; a command id seen before returns the row it got then.</summary>
    public static async Task<OutboxRow> Enqueue(Tx tx, Command command, DateTimeOffset now)
    {
        if (await OutboxStore.Insert(tx, TransactionId.New(now), command, now) is not { } row)
            return await OutboxStore.OfCommand(tx, command.CommandId) ?? throw new InvalidOperationException($"{command.CommandId} is neither new nor known.");
        tx.Announce(Topic);
        return row;
    }

    /// <summary>The same, but a command whose last attempt failed gets another attempt: a transaction of its own, since the old one keeps its reason.</summary>
    public static async Task<OutboxRow> EnqueueAgainIfFailed(Tx tx, Command command, DateTimeOffset now)
    {
        for (var attempt = command; ;)
        {
            var row = await Enqueue(tx, attempt, now);
            if (row.State != TransactionState.Failed) return row;
            attempt = command with { CommandId = $"{command.CommandId}:after:{row.Id}" };
        }
    }
}
