using System.Numerics;

namespace ComputeRwa.Verify.Auditing;

/// <summary>What an audit gathers as it goes on: findings, what could not be read, and how much of what was checked.</summary>
internal sealed class Audit
{
    private readonly List<(string What, int Count)> _checked = [];

    public Findings Findings { get; } = new();

    /// <summary>What was not there to be checked. With any of these an audit without a finding has not passed.</summary>
    public List<string> Unread { get; } = [];

    public IReadOnlyList<(string What, int Count)> Checked => _checked;

    /// <summary>Counts are reported in the order in which they are first named.</summary>
    public void Count(string what, int by = 1)
    {
        var at = _checked.FindIndex(c => c.What == what);
        if (at < 0) _checked.Add((what, by));
        else _checked[at] = (what, _checked[at].Count + by);
    }
}

/// <summary>A lease as the audit takes it: what was signed where a file shows it, else what the contracts say.</summary>
/// <param name="Provider">null when no file shows the terms</param>
/// <param name="PayToken">lower case</param>
internal sealed record LeaseFacts(
    string Id, BigInteger StartEpoch, BigInteger Epochs, BigInteger Cap, BigInteger Units, BigInteger PoolBps, BigInteger FeeBps, string PayToken,
    string? Provider, string? Lessee)
{
    public static LeaseFacts Of(string id, Struct terms, long epochLength) => new(
        id, terms["startEpoch"], terms["epochs"], RentRule.CapPerEpoch(terms, epochLength), terms["units"], terms["poolBps"], terms["feeBps"],
        Hashing.Account(terms["payToken"]), Hashing.Account(terms["provider"]), Hashing.Account(terms["lessee"]));
}

/// <summary>How revenue divides, docs/settlement.md, "From leaf to cash". Base units; every share but the provider's is rounded down.</summary>
internal sealed record Shares(BigInteger Pool, BigInteger Provider, BigInteger Fee, BigInteger PerUnit)
{
    public static Shares Of(BigInteger applied, LeaseFacts lease)
    {
        var pool = applied * lease.PoolBps / 10_000;
        var fee = lease.PoolBps == 10_000 ? 0 : (applied - pool) * lease.FeeBps / (10_000 - lease.PoolBps);
        return new(pool, applied - pool - fee, fee, lease.Units.IsZero ? 0 : pool / lease.Units);
    }
}
