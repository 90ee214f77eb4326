using ComputeRwa.Db;

namespace ComputeRwa.Pricing;

/// <summary>Index values are inserted and never updated.</summary>
internal static class IndexValueStore
{
    private const string Columns = "id, gpu_model, region, epoch, value, source, created_at";

    /// <returns>false when the epoch has a value already; nothing is stored then.</returns>
    public static async Task<bool> Insert(Tx tx, IndexValue value) => await tx.Execute(
        """
        INSERT INTO index_values (id, gpu_model, region, epoch, value, source, created_at)
        VALUES (@Id, @GpuModel, @Region, @Epoch, @Value, @Source, @CreatedAt)
        ON CONFLICT (gpu_model, region, epoch) DO NOTHING
        """,
        value) == 1;

    /// <summary>What stands for the model, region and epoch of <paramref name="like"/>.</summary>
    public static Task<IndexValue?> Find(Tx tx, IndexValue like) => tx.First<IndexValue>(
        $"SELECT {Columns} FROM index_values WHERE gpu_model = @GpuModel AND region = @Region AND epoch = @Epoch", new { like.GpuModel, like.Region, like.Epoch });

    /// <summary>The newest value whose epoch is not after <paramref name="epoch"/>; null when there is none.</summary>
    public static async Task<IndexValue?> Newest(Tx tx, string gpuModel, string region, long epoch) =>
        (await Latest(tx, gpuModel, region, epoch, 1)).FirstOrDefault();

    /// <summary>Values whose epoch is not after <paramref name="epoch"/>, newest epoch first.</summary>
    public static Task<List<IndexValue>> Latest(Tx tx, string gpuModel, string region, long epoch, int limit) => tx.Query<IndexValue>(
        $"SELECT {Columns} FROM index_values WHERE gpu_model = @gpuModel AND region = @region AND epoch <= @epoch ORDER BY epoch DESC LIMIT @limit",
        new { gpuModel, region, epoch, limit });

    /// <summary>In the order they were written.</summary>
    public static Task<List<IndexValue>> List(Tx tx, string? gpuModel, string? region, string after, int limit) => tx.Query<IndexValue>(
        $"""
        SELECT {Columns} FROM index_values
        WHERE id > @after AND (@gpuModel IS NULL OR gpu_model = @gpuModel) AND (@region IS NULL OR region = @region)
        ORDER BY id LIMIT @limit
        """,
        new { gpuModel, region, after, limit });
}
