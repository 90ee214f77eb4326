using System.Numerics;
using System.Text.Json;
using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Leases;

internal static class LeaseStore
{
    private const string Columns =
        """
        id, provider_id, site_id, terms, cap_per_epoch, provider_signature, provider_signed_at, lessee_signature, lessee_signed_at,
        origination_tx, withdrawn_at, created_at
        """;

    /// <summary>Stores a draft and its GPUs, which are given in capacity order.</summary>
    /// <param name="seq">from <see cref="TakeTurn"/></param>
    /// <returns>false when the same terms are a lease already; nothing is stored then.</returns>
    public static async Task<bool> Insert(Tx tx, long seq, Lease lease, IReadOnlyList<LeasedGpu> gpus)
    {
        var inserted = await tx.Execute(
            """
            INSERT INTO leases (id, seq, provider_id, site_id, lessee, start_epoch, last_epoch, terms, cap_per_epoch, created_at)
            VALUES (@Id, @seq, @ProviderId, @SiteId, @lessee, @start, @last, @terms, @CapPerEpoch, @CreatedAt)
            ON CONFLICT (id) DO NOTHING
            """,
            new
            {
                lease.Id, seq, lease.ProviderId, lease.SiteId, lessee = lease.Terms.Lessee, start = (long)lease.Terms.StartEpoch, last = (long)lease.Terms.LastEpoch,
                terms = JsonSerializer.Serialize(LeaseTermsJson.Of(lease.Terms), JsonSerializerOptions.Web), lease.CapPerEpoch, lease.CreatedAt,
            });
        if (inserted == 0) return false;
        for (var i = 0; i < gpus.Count; i++)
            await tx.Execute(
                """
                INSERT INTO lease_gpus (lease_id, ordinal, node_id, node_key, gpu_uuid, start_epoch, last_epoch)
                VALUES (@Id, @i, @NodeId, @NodeKey, @Uuid, @start, @last)
                """,
                new { lease.Id, i, gpus[i].NodeId, gpus[i].NodeKey, gpus[i].Uuid, start = (long)lease.Terms.StartEpoch, last = (long)lease.Terms.LastEpoch });
        return true;
    }

    public static async Task<Lease?> Find(Tx tx, Hash32 id) =>
        (await tx.First<LeaseRow>($"SELECT {Columns} FROM leases WHERE id = @id", new { id }))?.ToLease();

    public static async Task<List<Lease>> FindAll(Tx tx, IEnumerable<Hash32> ids) => (await tx.Query<LeaseRow>(
        $"SELECT {Columns} FROM leases WHERE id IN @ids ORDER BY seq", new { ids = ids.Select(i => i.Value).ToList() })).ConvertAll(r => r.ToLease());

    /// <summary>By the id of a route; a malformed id is no lease's.</summary>
    public static async Task<Lease?> Find(Tx tx, string id) => Hash32.TryParse(id, out var hash) ? await Find(tx, hash) : null;

    /// <summary>The same for whoever changes it: two cannot both find it ready, one to be withdrawn and one to be minted.</summary>
    public static async Task<Lease?> FindToChange(Tx tx, string id) => Hash32.TryParse(id, out var hash)
        ? (await tx.First<LeaseRow>($"SELECT {Columns} FROM leases WHERE id = @hash{tx.ForUpdate}", new { hash }))?.ToLease() : null;

    /// <summary>Oldest first, after the lease <paramref name="after"/>.</summary>
    public static async Task<List<Lease>> List(Tx tx, string after, int limit) => (await tx.Query<LeaseRow>(
        $"""
        SELECT {Columns} FROM leases
        WHERE @after = '' OR seq > (SELECT a.seq FROM leases a WHERE a.id = @after)
        ORDER BY seq LIMIT @limit
        """,
        new { after, limit })).ConvertAll(r => r.ToLease());

    /// <summary>Leases on chain whose first epoch is not after <paramref name="epoch"/>, in tree order: start epoch, then id. Ended ones too.</summary>
    public static async Task<List<Lease>> StartedBy(Tx tx, long epoch) => (await tx.Query<LeaseRow>(
        $"""
        SELECT {Columns} FROM leases
        WHERE start_epoch <= @epoch AND EXISTS (SELECT 1 FROM lease_originations o WHERE o.lease_id = leases.id)
        ORDER BY start_epoch, id
        """,
        new { epoch })).ConvertAll(r => r.ToLease());

    /// <summary>First epoch of the earliest lease on chain; null when there is none.</summary>
    public static Task<long?> FirstEpoch(Tx tx) => tx.First<long?>(
        "SELECT MIN(l.start_epoch) FROM leases l JOIN lease_originations o ON o.lease_id = l.id");

    /// <summary>The GPUs of each lease, in capacity order.</summary>
    public static async Task<ILookup<Hash32, LeasedGpu>> Gpus(Tx tx, IEnumerable<Hash32> leases) => (await tx.Query<GpuRow>(
        "SELECT lease_id, node_id, node_key, gpu_uuid FROM lease_gpus WHERE lease_id IN @ids ORDER BY lease_id, ordinal",
        new { ids = leases.Select(l => l.Value).ToList() })).ToLookup(g => g.LeaseId, g => new LeasedGpu(g.NodeId, g.NodeKey, g.GpuUuid));

    /// <summary>The next number; until this transaction ends nobody else gets one, so nobody else drafts meanwhile.</summary>
    public static Task<long> TakeTurn(Tx tx) => tx.Single<long>("UPDATE lease_sequence SET value = value + 1 RETURNING value");

    /// <summary>Leases that hold one of these GPUs in one of the epochs: they stand on chain, up to their end, or may yet come there.</summary>
    public static Task<List<GpuHold>> Holds(Tx tx, List<string> uuids, long startEpoch, long lastEpoch, long presentEpoch) => tx.Query<GpuHold>(
        """
        SELECT g.gpu_uuid, g.lease_id, g.start_epoch, g.last_epoch
        FROM lease_gpus g JOIN leases l ON l.id = g.lease_id
        LEFT JOIN lease_originations o ON o.lease_id = l.id
        LEFT JOIN transactions t ON t.id = l.origination_tx
        WHERE g.gpu_uuid IN @uuids AND g.start_epoch <= @lastEpoch AND g.last_epoch >= @startEpoch
          AND NOT EXISTS (SELECT 1 FROM lease_turns e WHERE e.lease_id = g.lease_id AND e.kind IN ('exited', 'defaulted') AND e.epoch < @startEpoch)
          AND (o.lease_id IS NOT NULL OR t.state <> 'failed' OR (l.withdrawn_at IS NULL AND l.start_epoch > @presentEpoch))
        ORDER BY g.gpu_uuid, g.start_epoch
        """,
        new { uuids, startEpoch, lastEpoch, presentEpoch });

    public static Task<int> SetSignature(Tx tx, Hash32 id, Party party, byte[] signature, DateTimeOffset now) => tx.Execute(
        party == Party.Provider
            ? "UPDATE leases SET provider_signature = @hex, provider_signed_at = @now WHERE id = @id"
            : "UPDATE leases SET lessee_signature = @hex, lessee_signed_at = @now WHERE id = @id",
        new { id, hex = "0x" + Convert.ToHexStringLower(signature), now });

    public static Task SetOrigination(Tx tx, Hash32 id, TransactionId transaction) => tx.Send(
        "UPDATE leases SET origination_tx = @transaction WHERE id = @id", new { id, transaction });

    public static Task<int> Withdraw(Tx tx, Hash32 id, DateTimeOffset now) => tx.Execute(
        "UPDATE leases SET withdrawn_at = @now WHERE id = @id", new { id, now });

    private sealed record GpuRow(Hash32 LeaseId, NodeId NodeId, Address NodeKey, string GpuUuid);

    private sealed record LeaseRow(
        Hash32 Id, ProviderId ProviderId, SiteId SiteId, string Terms, BigInteger CapPerEpoch, string? ProviderSignature,
        DateTimeOffset? ProviderSignedAt, string? LesseeSignature, DateTimeOffset? LesseeSignedAt, TransactionId? OriginationTx,
        DateTimeOffset? WithdrawnAt, DateTimeOffset CreatedAt)
    {
        public Lease ToLease() => new(
            Id, ProviderId, SiteId, JsonSerializer.Deserialize<LeaseTermsJson>(Terms, JsonSerializerOptions.Web)!.ToTerms(), CapPerEpoch,
            Signature(ProviderSignature, ProviderSignedAt), Signature(LesseeSignature, LesseeSignedAt), OriginationTx, WithdrawnAt, CreatedAt);

        private static PartySignature? Signature(string? hex, DateTimeOffset? at) =>
            hex is null ? null : new(Convert.FromHexString(hex.AsSpan(2)), at!.Value);
    }
}

/// <summary>A GPU and the lease that holds it, with that lease's epochs.</summary>
internal sealed record GpuHold(string GpuUuid, Hash32 LeaseId, long StartEpoch, long LastEpoch);

internal enum Party
{
    Provider,
    Lessee,
}
