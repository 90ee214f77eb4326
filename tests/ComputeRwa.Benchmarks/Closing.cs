using System.Diagnostics;
using System.Numerics;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Settlement;

namespace ComputeRwa.Benchmarks;

/// <summary>Rent, leaves, tree and root of an epoch, from metering records in memory; and one proof out of it.</summary>
internal static class Closing
{
    private const long Epoch = 20_700;
    private const long Day = 86_400;
    private const uint Gpus = 8;

    private static readonly Address Party = Address.Parse("0x00000000000000000000000000000000000000aa");

    public static void Measure(int leases)
    {
        var epoch = Enumerable.Range(1, leases).Select(Lease).ToList();
        if (leases == 1_000) EpochClosing.Settle(Epoch, 0, Hash32.Zero, epoch, Day); // the first run pays for compilation
        var watch = Stopwatch.StartNew();
        var closed = EpochClosing.Settle(Epoch, 0, Hash32.Zero, epoch, Day);
        var closing = watch.Elapsed;
        Program.Line($"close an epoch of {leases:N0} leases: rent, tree, root", Program.Seconds(closing), leases == 1_000_000 ? "≤ 10 s" : "");

        var tree = MerkleTree.Of([.. closed.Leases.Select(l => l.LeafHash)]);
        const int Proofs = 1_000;
        watch.Restart();
        for (var i = 0; i < Proofs; i++) tree.Proof((int)((long)i * leases / Proofs));
        Program.Line($"a proof out of {leases:N0} leaves", $"{watch.Elapsed.TotalMicroseconds / Proofs:0.0} µs", "≤ 1 ms");
    }

    private static LeaseToSettle Lease(int number)
    {
        var id = Hash32.Of(new BigInteger(number) << 128 | 7);
        var terms = new LeaseTerms(
            Party, Party, Party, ShortText.Parse("H100-SXM5-80GB"), ShortText.Parse("US-TX"), Gpus, id, (uint)Epoch - 1, 30,
            number % 2 == 0 ? PricingMethod.Fixed : PricingMethod.Metered, 2_100_000 + number % 1_000, 0, 0, 0, 4_000, 9_950, 10, 3_000, 9_000, 1_500, 500,
            2_000, 1_000, 8_000, 100, 3, 1, 50_000_000, 100_000, 0, id);
        const ulong Reserved = Gpus * (ulong)Day;
        var record = new MeteringRecord(
            id, (uint)Epoch, Reserved, Reserved - (ulong)(number % 5_000), Reserved / 2, 0, (ushort)(number % 10_000), 90_000, 108_000, 0, 0, 0, 0, Hash32.Zero, id, 1);
        return new(id, terms, [], 12_000, 0, [], record, EpochLeaf.Before(id) with { Epoch = (uint)Epoch - 1, Rent = 50_000_000 });
    }
}
