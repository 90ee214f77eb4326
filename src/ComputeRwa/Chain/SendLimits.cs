using System.Numerics;
using ComputeRwa.Kernel;

namespace ComputeRwa.Chain;

/// <summary>What a lane may pay and send.</summary>
/// <param name="MaxFee">wei per gas; above it the sender waits</param>
/// <param name="DailySpend">wei per lane and UTC day; null for no limit, as with gas</param>
/// <param name="BumpAfterBlocks">blocks without progress after which a transaction is replaced by one that pays more</param>
/// <param name="MostInFlight">signed and not yet mined; nodes keep a bounded number of one account's in their pools</param>
/// <param name="MostAtOnce">commands that one step takes from the queue</param>
/// <param name="PackGas">gas limit up to which commands of one kind share a transaction; 0 gives each its own</param>
internal sealed record SendLimits(BigInteger MaxFee, BigInteger? DailySpend, long? DailyGas, int BumpAfterBlocks, int MostInFlight, int MostAtOnce, long PackGas)
{
    public static SendLimits Standard { get; } = new(500 * Gwei, null, null, 5, 4096, Sender.BatchSize, 0);

    private static BigInteger Gwei => BigInteger.Pow(10, 9);

    /// <summary>Gas of a self-transfer without data; some chains count more than 21,000, and what is unused is not paid.</summary>
    public const long EmptyGas = 60_000;

    /// <exception cref="InvalidOperationException">A setting is not acceptable; the message names it.</exception>
    public static SendLimits Read(IConfiguration config) => new(
        Whole(config, "Chain:MaxFeeGwei") is { } gwei ? gwei * Gwei : Standard.MaxFee,
        Whole(config, "Chain:DailySpendWei"),
        (long?)Whole(config, "Chain:DailyGas"),
        (int)(Whole(config, "Chain:BumpAfterBlocks") ?? Standard.BumpAfterBlocks),
        (int)(Whole(config, "Chain:MostInFlight") ?? Standard.MostInFlight),
        Whole(config, "Chain:MostAtOnce") is not { } most ? Standard.MostAtOnce
            : most <= Sender.BatchSize ? (int)most : throw new InvalidOperationException($"Chain:MostAtOnce must be at most {Sender.BatchSize}."),
        config["Chain:PackGas"] is "0" ? 0 : (long)(Whole(config, "Chain:PackGas") ?? Standard.PackGas));

    private static BigInteger? Whole(IConfiguration config, string name) =>
        config[name] is not { Length: > 0 } text ? null
            : BigInteger.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value) && value > 0 && value < long.MaxValue * (BigInteger)long.MaxValue ? value
            : throw new InvalidOperationException($"{name} must be a whole number above zero.");

    // ── fees ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    /// <summary>Twice the base fee leaves room for six full blocks in a row. Null when even the next block would cost more than the cap.</summary>
    public Fees? Offer(BigInteger baseFee, BigInteger tip)
    {
        var wanted = baseFee * 2 + tip;
        if (wanted <= MaxFee) return new(wanted, tip);
        return baseFee + tip <= MaxFee ? new(MaxFee, tip) : null;
    }

    /// <summary>What a replacement of <paramref name="old"/> pays: an eighth more of both, and at least today's offer. Null when that is above the cap.</summary>
    public Fees? Raise(Fees old, BigInteger baseFee, BigInteger tip)
    {
        var (least, leastPriority) = (Eighth(old.Max), Eighth(old.MaxPriority));
        if (least > MaxFee) return null;
        var max = BigInteger.Min(MaxFee, BigInteger.Max(least, baseFee * 2 + tip));
        return new(max, BigInteger.Min(max, BigInteger.Max(leastPriority, tip)));

        static BigInteger Eighth(BigInteger fee) => fee + BigInteger.Max(1, (fee + 7) / 8);
    }

    // ── the day's budget ──────────────────────────────────────────────────────────────────────────────────────────────

    public bool HasBudget => DailySpend is not null || DailyGas is not null;

    /// <summary>Why so much more may not be risked today; null when it may. <paramref name="risked"/>: paid today, and all that is in flight could cost.</summary>
    public string? OverBudget(Cost risked, Cost more)
    {
        if (DailySpend is { } wei && risked.Wei + more.Wei > wei) return $"the day's limit of {wei} wei is reached: {risked.Wei} are paid or in flight; it goes on at midnight UTC";
        if (DailyGas is { } gas && risked.Gas + more.Gas > gas) return $"the day's limit of {gas} gas is reached: {risked.Gas} are used or in flight; it goes on at midnight UTC";
        return null;
    }

    // ── what may be sent ──────────────────────────────────────────────────────────────────────────────────────────────

    /// <summary>Only calls of the deployment's contracts, and empty transfers of a lane to itself. Value is none in either: see UnsignedTransaction.</summary>
    public static bool MaySend(UnsignedTransaction transaction, Address signer, IReadOnlySet<Address> contracts) =>
        contracts.Contains(transaction.To) || (transaction.To == signer && transaction.CallData == UnsignedTransaction.NoData);
}

/// <summary>Wei and gas.</summary>
internal readonly record struct Cost(BigInteger Wei, long Gas)
{
    public static Cost operator +(Cost a, Cost b) => new(a.Wei + b.Wei, a.Gas + b.Gas);

    /// <summary>What a transaction can cost at most.</summary>
    public static Cost Worst(long gasLimit, BigInteger maxFee) => new(gasLimit * maxFee, gasLimit);
}
