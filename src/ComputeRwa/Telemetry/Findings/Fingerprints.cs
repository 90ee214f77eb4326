namespace ComputeRwa.Telemetry.Findings;

/// <summary>A mark of the noise in one GPU's power: the steps between 16 samples in a row, hashed. A constant added to a copy does not change it.</summary>
/// <param name="Gpu">a number that whoever compares them gave the GPU</param>
/// <param name="Second">of the first of the samples</param>
internal readonly record struct Print(ulong Hash, int Gpu, long Second);

/// <summary>
/// Makes the fingerprints of one GPU's power. Which of them are kept depends on the fingerprint alone, so that a copy keeps the same ones wherever
/// and whenever it begins.
/// </summary>
internal sealed class Fingerprinter
{
    private const int Deltas = Limits.PrintSamples - 1;
    private const ulong Base = 0x9E3779B97F4A7C15;

    private static readonly ulong Oldest = Power(Base, Deltas);

    private readonly int[] _deltas = new int[Deltas];
    private readonly int[] _sorted = new int[Deltas];
    private int _count = -1; // of deltas; -1 before the first sample
    private int _at;
    private Reading _last;
    private ulong _hash;

    /// <summary>The fingerprint that ends with this sample; null where it says too little, or is not one of those kept.</summary>
    /// <param name="bits">one fingerprint of 2^bits is kept</param>
    public (ulong Hash, long Second)? Add(Reading reading, int bits)
    {
        if (!reading.HasPower || _count < 0 || reading.Second != _last.End || reading.Step != _last.Step)
        {
            Begin(reading);
            return null;
        }
        var delta = reading.PowerMilliwatts - _last.PowerMilliwatts;
        _hash = _hash * Base + Mix((ulong)delta) - (_count == Deltas ? Mix((ulong)_deltas[_at]) * Oldest : 0);
        _deltas[_at] = delta;
        _at = (_at + 1) % Deltas;
        _count = Math.Min(Deltas, _count + 1);
        _last = reading;
        if (_count < Deltas) return null;
        var hash = Mix(_hash + (ulong)reading.Step);
        return IsKept(hash, bits) && SaysEnough() ? (hash, reading.Second - (long)Deltas * reading.Step) : null;
    }

    /// <summary>One of 2^<paramref name="bits"/> is. What is kept with more bits is kept with fewer.</summary>
    public static bool IsKept(ulong hash, int bits) => hash >> (64 - bits) == 0;

    /// <summary>So many bits that of each GPU and epoch about 32 to 64 fingerprints remain, however short the step.</summary>
    public static int FleetBits(long samplesOfAnEpoch) => Math.Max(2, 63 - System.Numerics.BitOperations.LeadingZeroCount((ulong)Math.Max(1, samplesOfAnEpoch / 32)));

    /// <summary>Of a node's own GPUs eight times as many are compared.</summary>
    public static int NodeBits(long samplesOfAnEpoch) => Math.Max(2, FleetBits(samplesOfAnEpoch) - 3);

    private void Begin(Reading reading) => (_last, _count, _at, _hash) = (reading, reading.HasPower ? 0 : -1, 0, 0);

    private bool SaysEnough()
    {
        _deltas.CopyTo(_sorted, 0);
        Array.Sort(_sorted);
        var different = 1;
        for (var i = 1; i < Deltas; i++)
            if (_sorted[i] != _sorted[i - 1]) different++;
        return different >= Limits.PrintSteps;
    }

    // The finisher of SplitMix64 (Steele, Lea and Flood 2014).
    private static ulong Mix(ulong x)
    {
        x += Base;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    private static ulong Power(ulong of, int times) => times == 0 ? 1 : of * Power(of, times - 1);
}

/// <summary>Equal fingerprints of two GPUs, or of one at two times, all at the same distance in time.</summary>
/// <param name="Of">the GPU that showed it first; at a shift of zero neither was first</param>
/// <param name="Shift">seconds between them</param>
/// <param name="From">begin of the first fingerprint of the later one, <c>To</c> that of the last</param>
internal readonly record struct Match(int Gpu, int Of, long Shift, int Prints, long From, long To)
{
    public Match With(long second) => this with { Prints = Prints + 1, From = Prints == 0 ? second : Math.Min(From, second), To = Math.Max(To, second) };
}

internal static class Matching
{
    /// <summary>
    /// Sorts the fingerprints and links each with the next equal one, so that work and memory grow with their number and not with its square, also when
    /// everybody copies everybody.
    /// </summary>
    public static List<Match> Among(List<Print> prints, int least)
    {
        prints.Sort(Order);
        var found = new Dictionary<(int, int, long), Match>();
        for (var i = 1; i < prints.Count; i++)
            if (prints[i].Hash == prints[i - 1].Hash) Link(found, prints[i - 1], prints[i]);
        return Best(found, least);
    }

    public static readonly Comparison<Print> Order = (a, b) =>
        a.Hash != b.Hash ? a.Hash.CompareTo(b.Hash) : a.Second != b.Second ? a.Second.CompareTo(b.Second) : a.Gpu.CompareTo(b.Gpu);

    public static void Link(Dictionary<(int, int, long), Match> found, Print earlier, Print later)
    {
        var key = (later.Gpu, earlier.Gpu, later.Second - earlier.Second);
        found[key] = found.GetValueOrDefault(key, new(later.Gpu, earlier.Gpu, later.Second - earlier.Second, 0, 0, 0)).With(later.Second);
    }

    public static List<Match> Best(Dictionary<(int, int, long), Match> found, int least) => Best(found.Values.Where(m => m.Prints >= least));

    /// <summary>Of each GPU the one for which most speaks, at the same time and at a later: whoever copies what a thousand copied already copies one of them.</summary>
    public static List<Match> Best(IEnumerable<Match> matches) =>
    [
        .. matches.GroupBy(m => (m.Gpu, m.Shift == 0)).Select(g => g.OrderByDescending(m => m.Prints).ThenBy(m => m.Shift).ThenBy(m => m.Of).First())
            .OrderBy(m => m.Gpu).ThenBy(m => m.Shift),
    ];
}

/// <summary>Links earlier fingerprints, one at a time and in any order, with later ones that <see cref="Matching.Among"/> has sorted.</summary>
internal sealed class MatchesWith(List<Print> sorted)
{
    private static readonly Comparer<Print> Order = Comparer<Print>.Create(Matching.Order);

    private readonly Dictionary<(int, int, long), Match> _found = [];

    public void Add(Print earlier)
    {
        var at = sorted.BinarySearch(new Print(earlier.Hash, int.MinValue, long.MinValue), Order);
        if (at < 0) at = ~at;
        if (at < sorted.Count && sorted[at].Hash == earlier.Hash) Matching.Link(_found, earlier, sorted[at]);
    }

    public List<Match> End(int least) => Matching.Best(_found, least);
}
