using System.Numerics;

namespace ComputeRwa.Leases;

/// <summary>
/// How applied rent divides among holders, platform and provider, base units; the twin of contracts/libraries/Split.sol. The
/// three shares add up to <c>applied</c> and none ever falls when it rises.
/// </summary>
internal readonly record struct Split(BigInteger Pool, BigInteger Fee, BigInteger Provider)
{
    private const int Bps = 10_000;

    /// <summary>Pool and fee are rounded down; the provider has the rest.</summary>
    public static Split Of(BigInteger applied, int poolBps, int feeBps)
    {
        var pool = applied * poolBps / Bps;
        var rest = applied - pool;
        var fee = rest.IsZero ? 0 : rest * feeBps / (Bps - poolBps);
        return new(pool, fee, rest - fee);
    }

    /// <summary>Pool revenue of one unit since the lease began, rounded down.</summary>
    public static BigInteger PerUnit(BigInteger applied, int poolBps, ulong units) => applied * poolBps / Bps / units;

    /// <summary>What a leaf asks is applied as far as funds and cap allow; what was applied once stays.</summary>
    public static BigInteger Applied(BigInteger before, BigInteger asked, BigInteger funded, BigInteger mostSoFar) =>
        BigInteger.Max(before, BigInteger.Min(BigInteger.Min(asked, mostSoFar), funded));
}
