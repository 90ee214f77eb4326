using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Settlement;

/// <param name="Transactions">one for each batch of leaves; none when every leaf is applied in full already</param>
internal sealed record SyncAnswer(IReadOnlyList<TransactionView> Transactions);

internal static class SyncApi
{
    public static void MapSync(this RouteGroupBuilder epochs) => epochs.MapPost("/{epoch:long}/sync", Sync)
        .RequireAuthorization(Roles.Provider).WithMetadata(new NeedsIdempotencyKey())
        .WithSummary("Apply the epoch's leaves to their leases, in batches; leaves applied in full are left out");

    private static async Task<Results<Accepted<SyncAnswer>, Refusal>> Sync(
        long epoch, Nothing? body, Database database, Tx tx, ChainClient chain, Deployment deployment, EpochTrees trees, TimeProvider time)
    {
        // The node is asked before this request's own transaction opens, so that other writers do not wait for its answer.
        if (await Find(database, epoch) is not { } row) return new Refusal(EpochApi.NotClosed(epoch));
        if (await Refuse(chain, deployment, row) is { } error) return new Refusal(error);
        await EpochStore.TakeTurn(tx);
        var (tree, request, now) = (await trees.Of(tx, row), await RootStore.NextRequest(tx, row), time.Now());
        var transactions = new List<TransactionView>();
        foreach (var (ordinal, chunk) in Syncing.Chunks(await Due(tx, row)).Index())
        {
            var queued = await Outbox.Enqueue(tx, Syncing.Command(row, tree, chunk, ordinal, request, deployment), now);
            await RootStore.SetTransaction(tx, row, request, ordinal, queued.Id);
            transactions.Add(TransactionApi.Accepted202(queued).Value!);
        }
        return TypedResults.Accepted($"/v1/transactions?kind=sync&subject={epoch}", new SyncAnswer(transactions));
    }

    private static async Task<EpochRow?> Find(Database database, long epoch)
    {
        await using var tx = database.Read();
        return await EpochStore.Find(tx, epoch);
    }

    private static async Task<List<StoredLeaf>> Due(Tx tx, EpochRow epoch)
    {
        var leaves = await EpochStore.Leaves(tx, epoch);
        var accounts = await LeaseChainStore.Accounts(tx, await LeaseStore.FindAll(tx, leaves.ConvertAll(l => l.Leaf.LeaseId)));
        return leaves.FindAll(l => !accounts[l.Leaf.LeaseId].IsDone(l.Leaf));
    }

    /// <summary>The chain itself is asked, so that a client whose post was just mined is not refused because we have not read it yet.</summary>
    private static async Task<Error?> Refuse(ChainClient chain, Deployment deployment, EpochRow epoch)
    {
        var (ledger, number) = (Address.Parse(deployment.Contracts.EpochLedger), checked((uint)epoch.Epoch));
        if (await chain.Ask<EpochLedger.IsActive, bool>(ledger, new() { Epoch = number, Root = epoch.Root.ToBytes() })) return null;
        var latest = await chain.Ask<EpochLedger.LatestEpoch, uint>(ledger, new());
        return latest > number
            ? Error.Conflict("conflict", $"the chain keeps the latest roots only, and that of epoch {latest} covers this one: sync that", "epoch")
            : Error.Conflict("not-ready", await chain.Ask<EpochLedger.ActiveAt, BigInteger>(ledger, new() { Epoch = number }) is { IsZero: false } activeAt
                ? $"the root of epoch {epoch.Epoch} is in its challenge window until {DateTimeOffset.FromUnixTimeSeconds((long)activeAt):u}"
                : $"the root of epoch {epoch.Epoch} is not on chain yet", "epoch");
    }
}
