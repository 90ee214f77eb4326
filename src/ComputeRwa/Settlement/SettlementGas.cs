namespace ComputeRwa.Settlement;

/// <summary>Gas limits; unused gas is not paid for. The figures in brackets are what the contracts use.</summary>
internal static class SettlementGas
{
    /// <summary>[58.5k with two signatures once the ring is full; 40k more for the first roots]</summary>
    public static long Post(int signatures) => 150_000 + 10_000 * signatures;

    /// <summary>[about 120k with two 17-level proofs]</summary>
    public const long Reveal = 600_000;

    /// <summary>[61.5k with a 17-level proof]</summary>
    public const long Sync = 150_000;

    /// <summary>[18.7k a lease in a contiguous batch, 31.4k in a random one]</summary>
    public static long SyncBatch(int leases) => 150_000 + 50_000L * leases;
}
