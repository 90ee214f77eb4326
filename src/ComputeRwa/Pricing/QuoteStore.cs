using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Pricing;

internal static class QuoteStore
{
    public static Task<int> Insert(Tx tx, Quote quote) => tx.Execute(
        """
        INSERT INTO quotes (id, gpu_model, region, price, valid_from, valid_until, source, created_at)
        VALUES (@Id, @GpuModel, @Region, @Price, @ValidFrom, @ValidUntil, @Source, @CreatedAt)
        """,
        quote);

    public static Task<Quote?> Find(Tx tx, QuoteId id) => tx.First<Quote>(
        "SELECT id, gpu_model, region, price, valid_from, valid_until, source, created_at FROM quotes WHERE id = @id", new { id });

    /// <summary>Quotes that have not expired, oldest first.</summary>
    public static Task<List<Quote>> List(Tx tx, string? gpuModel, string? region, DateTimeOffset now, string after, int limit) => tx.Query<Quote>(
        """
        SELECT id, gpu_model, region, price, valid_from, valid_until, source, created_at FROM quotes
        WHERE id > @after AND valid_until > @now AND (@gpuModel IS NULL OR gpu_model = @gpuModel) AND (@region IS NULL OR region = @region)
        ORDER BY id LIMIT @limit
        """,
        new { gpuModel, region, now, after, limit });
}
