using FsCheck;
using FsCheck.Fluent;

namespace Nethereum.Conformance;

internal static class Property
{
    /// <summary>Runs the check on many seeds; the failing seed is in the message.</summary>
    public static void HoldsForSeeds(Func<Random, bool> check) =>
        Prop.ForAll<int>(seed => check(new Random(seed))).QuickCheckThrowOnFailure();
}

internal static class RandomExtensions
{
    public static byte[] Bytes(this Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
