using System.Numerics;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;

namespace ComputeRwa.Tests.Leases;

/// <summary>One input of rent.</summary>
internal sealed record RentCase(LeaseTerms Terms, MeteringRecord Record, EpochLeaf Previous, long EpochSeconds);

/// <summary>Random inputs, biased to the edges of every type and range: the same seed gives the same cases.</summary>
internal static class RentCases
{
    public static readonly LeaseTerms Plain = new(
        Address.Parse("0x00000000000000000000000000000000000000a1"), Address.Parse("0x00000000000000000000000000000000000000b2"),
        Address.Parse("0x00000000000000000000000000000000000000c3"), ShortText.Parse("H100-SXM5-80GB"), ShortText.Parse("US-TX"),
        1, Keccak.Hash([1]), 100, 10, PricingMethod.Fixed, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10_000, 0, 1, 0, 0, 1, 0, Hash32.Zero);

    public static readonly MeteringRecord Nothing = new(
        Keccak.Hash([2]), 100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Hash32.Zero, Hash32.Zero, 0);

    public static IEnumerable<RentCase> Random(int seed, int count)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++) yield return One(random, wild: i % 2 == 1);
    }

    /// <param name="wild">every member anywhere in its type; else near what leases look like, where the steps interact</param>
    private static RentCase One(Random random, bool wild)
    {
        var seconds = Pick<long>(random, 1, 60, 3_600, 86_400, wild ? uint.MaxValue : 900);
        var terms = wild ? WildTerms(random) : LikelyTerms(random);
        var reserved = terms.GpuCount * (ulong)seconds;
        var record = wild ? WildRecord(random) : LikelyRecord(random, reserved);
        return new(terms, record, Before(random, record.LeaseId, wild), seconds);
    }

    private static LeaseTerms LikelyTerms(Random random) => Plain with
    {
        GpuCount = (uint)random.Next(1, 1_025),
        Method = (PricingMethod)random.Next(4),
        Price = random.Next(0, 5_000_000),
        FloorPrice = random.Next(0, 2_000_000),
        CeilingPrice = random.Next(1_000_000, 5_000_000),
        RateBps = (uint)Pick(random, 10_000, random.Next(1, 20_000)),
        TakeOrPayBps = Bps(random),
        SlaBps = Pick(random, (ushort)0, (ushort)9_900, (ushort)9_999, (ushort)10_000, Bps(random)),
        SlaCreditSlope = Pick(random, (ushort)0, (ushort)1, (ushort)10, (ushort)100, Short(random)),
        SlaCreditCapBps = Bps(random),
        EfficiencyTarget = (ulong)random.Next(0, 12_000),
        EfficiencySlopeBps = Pick(random, (ushort)0, (ushort)1, (ushort)5_000, (ushort)10_000, Short(random)),
        EfficiencyCapBps = Bps(random),
        CurtailLimitBps = Bps(random),
        CurtailCreditBps = Bps(random),
    };

    private static MeteringRecord LikelyRecord(Random random, ulong reserved) => Nothing with
    {
        LeaseId = Word(random),
        ReservedSeconds = Pick(random, reserved, reserved, reserved, UpTo(random, reserved), reserved + 1),
        AvailableSeconds = Pick(random, 0ul, reserved, UpTo(random, reserved), reserved - UpTo(random, reserved / 50), reserved + 1),
        BusySeconds = Pick(random, 0ul, reserved, UpTo(random, reserved)),
        CurtailedSeconds = Pick(random, 0ul, 0ul, UpTo(random, reserved / 10), UpTo(random, reserved)),
        LoadBps = Bps(random),
        ItWattHours = Pick(random, 0ul, 1ul, UpTo(random, reserved / 5 + 1), UpTo(random, reserved / 5 + 1)),
        FacilityWattHours = UpTo(random, reserved),
        HeatWattHours = UpTo(random, reserved),
        Trust = (byte)random.Next(3),
        IndexValue = random.Next(0, 5_000_000),
        IndexEpoch = Pick(random, 100u, 100u, 99u),
        // Up to 5 dollars a GPU-hour let.
        Revenue = UpTo(random, reserved * 1_389),
        RevenueSource = Pick(random, Hash32.Zero, Word(random), Word(random)),
    };

    private static LeaseTerms WildTerms(Random random) => Plain with
    {
        Units = Long(random),
        GpuCount = Int(random),
        StartEpoch = Int(random),
        Method = (PricingMethod)random.Next(4),
        Price = Big96(random),
        FloorPrice = Big96(random),
        CeilingPrice = Big96(random),
        NoticeEpochs = Int(random),
        GraceEpochs = Short(random),
        Deposit = Big96(random),
        RateBps = Int(random),
        TakeOrPayBps = Bps(random),
        SlaBps = Bps(random),
        SlaCreditSlope = Short(random),
        SlaCreditCapBps = Bps(random),
        EfficiencyTarget = Long(random),
        EfficiencySlopeBps = Short(random),
        EfficiencyCapBps = Bps(random),
        CurtailLimitBps = Bps(random),
        CurtailCreditBps = Bps(random),
    };

    private static MeteringRecord WildRecord(Random random)
    {
        var epoch = Int(random);
        return new(
            Word(random), epoch, Long(random), Long(random), Long(random), Long(random), Short(random), Long(random), Long(random), Long(random),
            Big96(random), Pick(random, epoch, Int(random)), Big96(random), Pick(random, Hash32.Zero, Word(random)), Word(random), (byte)random.Next(256));
    }

    /// <summary>A leaf that honest epochs made, or for wild cases any lie about one.</summary>
    private static EpochLeaf Before(Random random, Hash32 leaseId, bool wild)
    {
        if (random.Next(4) == 0) return EpochLeaf.Before(leaseId);
        return wild
            ? new(leaseId, Int(random), Big96(random), Pick(random, (ulong)Rent.Parts - 1, Long(random)), Big256(random), Long(random), Long(random), Long(random), Long(random), Word(random))
            : new(leaseId, Int(random), Big96(random) / 2, Pick(random, 0ul, (ulong)Rent.Parts - 1, (ulong)random.NextInt64(Rent.Parts)),
                Big96(random) * Rent.Parts, Half(random), Half(random), Half(random), Half(random), Word(random));
    }

    private static T Pick<T>(Random random, params ReadOnlySpan<T> from) => from[random.Next(from.Length)];

    private static ushort Bps(Random random) => Pick(random, (ushort)0, (ushort)1, (ushort)9_999, (ushort)10_000, (ushort)random.Next(10_001), (ushort)random.Next(10_001));
    private static ushort Short(Random random) => Pick(random, (ushort)0, (ushort)1, (ushort)10_000, (ushort)10_001, ushort.MaxValue, (ushort)random.Next(65_536));
    private static uint Int(Random random) => Pick(random, 0u, 1u, uint.MaxValue - 1, uint.MaxValue, (uint)random.NextInt64(1L << 32));
    private static ulong Half(Random random) => Long(random) / 2;
    private static ulong UpTo(Random random, ulong most) => (ulong)random.NextInt64((long)most + 1);

    private static ulong Long(Random random) =>
        Pick(random, 0ul, 1ul, ulong.MaxValue - 1, ulong.MaxValue, (ulong)random.NextInt64() >> random.Next(63), (ulong)random.NextInt64());

    private static BigInteger Big96(Random random) =>
        Pick(random, 0, 1, (BigInteger.One << 96) - 1, new BigInteger(Bytes(random, 12), isUnsigned: true) >> random.Next(96));

    private static BigInteger Big256(Random random) =>
        Pick(random, 0, (BigInteger.One << 256) - 1, new BigInteger(Bytes(random, 32), isUnsigned: true) >> random.Next(256));

    private static Hash32 Word(Random random) => Hash32.Of(Bytes(random, 32));

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
