using System.Numerics;
using ComputeRwa.Kernel;

namespace ComputeRwa.Leases;

/// <summary>Kinds of cash movement, as stored; amounts are always positive.</summary>
internal static class CashKind
{
    public const string Funded = "funded";
    public const string DepositPaid = "deposit-paid";
    public const string Refunded = "refunded";
    public const string ProviderPaid = "provider-paid";
    public const string FeeCollected = "fee-collected";
}

/// <summary>The lines that a lease can be funded on, by their numbers in the contract.</summary>
internal static class FundingLine
{
    public const long Rent = 0;

    public const string Choices = "must be rent, heat, mining or grid";

    private static readonly string[] Names = ["rent", "heat", "mining", "grid"];

    public static string NameOf(long line) => Names[line];

    /// <returns>null for a name that is none.</returns>
    public static byte? Parse(string name) => Array.IndexOf(Names, name) is var line and >= 0 ? (byte)line : null;
}

/// <summary>Kinds of turns, as stored.</summary>
internal static class TurnKind
{
    public const string Exited = "exited";
    public const string Defaulted = "defaulted";
    public const string Curtailed = "curtailed";
    public const string CoSettled = "co-settled";
    public const string HeldBack = "held-back";
    public const string DepositUsed = "deposit-used";
}

/// <summary>What the chain recorded of a lease, in the order of <c>Position</c>.</summary>
internal interface ILeaseEvent
{
    long Position { get; }
}

/// <summary>A cash movement of a lease as the chain recorded it. <c>Line</c> is the funding kind, 0 the rent escrow.</summary>
internal sealed record CashRow(long Position, Hash32 LeaseId, string Kind, long Line, Address Party, BigInteger Amount, DateTimeOffset MinedAt, Hash32 TxHash) : ILeaseEvent;

/// <summary>An applied leaf as the chain recorded it; base units, cumulative. <c>Applied</c> counts other income too.</summary>
internal sealed record SyncRow(long Position, Hash32 LeaseId, long Epoch, BigInteger Asked, BigInteger Applied, DateTimeOffset MinedAt, Hash32 TxHash) : ILeaseEvent;

/// <summary>What else befell a lease; which members are set depends on the kind.</summary>
/// <param name="Party">who left; null otherwise</param>
/// <param name="Epoch">the lease's new last epoch, the last curtailed, or the one settled through</param>
/// <param name="Amount">base units: held back in all, deposit used, or rent agreed</param>
internal sealed record TurnRow(
    long Position, Hash32 LeaseId, string Kind, Address? Party, long? Epoch, BigInteger? Amount, DateTimeOffset MinedAt, Hash32 TxHash) : ILeaseEvent;
