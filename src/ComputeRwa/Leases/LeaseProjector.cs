using System.Globalization;
using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;

namespace ComputeRwa.Leases;

/// <summary>Originations, cash, applied leaves and turns of leases, from the events of LeaseBook and LeaseClaims.</summary>
internal sealed class LeaseProjector : IProjector
{
    public string Name => "leases";

    public Task Apply(Tx tx, ChainLog log)
    {
        if (log.Decode<LeaseBook.LeaseOriginatedEvent>() is { } originated) return Originated(tx, log, originated);
        if (log.Decode<LeaseClaims.SyncedEvent>() is { } synced) return Synced(tx, log, synced);
        if (log.Decode<LeaseClaims.FundedEvent>() is { } funded) return Cash(tx, log, funded.Id, CashKind.Funded, funded.Kind, funded.Payer, funded.Amount);
        if (log.Decode<LeaseClaims.RefundedEvent>() is { } refunded) return Cash(tx, log, refunded.Id, CashKind.Refunded, 0, refunded.To, refunded.Amount);
        if (log.Decode<LeaseClaims.ProviderPaidEvent>() is { } paid) return Cash(tx, log, paid.Id, CashKind.ProviderPaid, 0, paid.Provider, paid.Amount);
        if (log.Decode<LeaseClaims.FeeCollectedEvent>() is { } fee) return Cash(tx, log, fee.Id, CashKind.FeeCollected, 0, fee.Recipient, fee.Amount);
        if (log.Decode<LeaseClaims.DepositPaidEvent>() is { } deposit) return Cash(tx, log, deposit.Id, CashKind.DepositPaid, 0, deposit.Lessee, deposit.Amount);
        return Turned(tx, log);
    }

    private static Task Turned(Tx tx, ChainLog log)
    {
        if (log.Decode<LeaseBook.LeaseExitedEvent>() is { } exit) return Turn(tx, log, exit.Id, TurnKind.Exited, exit.By, exit.EndEpoch, null);
        if (log.Decode<LeaseBook.LeaseDefaultedEvent>() is { } defaulted) return Turn(tx, log, defaulted.Id, TurnKind.Defaulted, null, defaulted.EndEpoch, null);
        if (log.Decode<LeaseBook.CurtailmentNoticedEvent>() is { } notice) return Turn(tx, log, notice.Id, TurnKind.Curtailed, null, notice.ThroughEpoch, null);
        if (log.Decode<LeaseBook.CoSettledEvent>() is { } agreed) return Turn(tx, log, agreed.Id, TurnKind.CoSettled, null, agreed.Epoch, agreed.Rent);
        if (log.Decode<LeaseClaims.HeldBackEvent>() is { } held) return Turn(tx, log, held.Id, TurnKind.HeldBack, null, null, held.Held);
        if (log.Decode<LeaseClaims.DepositUsedEvent>() is { } used) return Turn(tx, log, used.Id, TurnKind.DepositUsed, null, null, used.Amount);
        return Task.CompletedTask;
    }

    private static Task Turn(Tx tx, ChainLog log, BigInteger id, string kind, string? party, long? epoch, BigInteger? amount)
    {
        var lease = Hash32.Of(id);
        LeaseChainStore.AddTurn(tx, log, lease, kind, party is null ? null : Address.Parse(party), epoch, amount);
        Feed.Append(tx, $"lease.{kind}", lease.Value, new { party, epoch, amount = amount?.ToString(CultureInfo.InvariantCulture), transaction = log.TxHash.Value }, log.MinedAt);
        return Task.CompletedTask;
    }

    public Task RollBack(Tx tx, long fromBlock) => LeaseChainStore.RollBack(tx, fromBlock);

    private static Task Originated(Tx tx, ChainLog log, LeaseBook.LeaseOriginatedEvent e)
    {
        var lease = Hash32.Of(e.Id);
        LeaseChainStore.AddOrigination(tx, log, lease, Address.Parse(e.Provider), Address.Parse(e.Lessee), e.CapPerEpoch);
        Feed.Append(tx, "lease.originated", lease.Value, new { provider = e.Provider, lessee = e.Lessee, transaction = log.TxHash.Value }, log.MinedAt);
        return Task.CompletedTask;
    }

    private static Task Synced(Tx tx, ChainLog log, LeaseClaims.SyncedEvent e)
    {
        var lease = Hash32.Of(e.Id);
        LeaseChainStore.AddSync(tx, log, lease, e.Epoch, e.Rent, e.Applied);
        Feed.Append(tx, "lease.synced", lease.Value,
            new { epoch = e.Epoch, asked = e.Rent.ToString(CultureInfo.InvariantCulture), applied = e.Applied.ToString(CultureInfo.InvariantCulture), transaction = log.TxHash.Value }, log.MinedAt);
        return Task.CompletedTask;
    }

    private static Task Cash(Tx tx, ChainLog log, BigInteger id, string kind, long line, string party, BigInteger amount)
    {
        var lease = Hash32.Of(id);
        LeaseChainStore.AddCash(tx, log, lease, kind, line, Address.Parse(party), amount);
        Feed.Append(tx, $"lease.{kind}", lease.Value, new { party, line = FundingLine.NameOf(line), amount = amount.ToString(CultureInfo.InvariantCulture), transaction = log.TxHash.Value }, log.MinedAt);
        return Task.CompletedTask;
    }
}
