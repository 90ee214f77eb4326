using System.Buffers.Binary;
using System.Text;
using Nethereum.Util;

namespace ComputeRwa.Demo;

/// <summary>What follows from the seed and a name, and from nothing else: keys, ids, random numbers. Integers only, so that every machine agrees.</summary>
internal sealed record Seed(int Number)
{
    /// <summary>32 bytes that belong to this seed and name.</summary>
    public byte[] Bytes(string name) => Sha3Keccack.Current.CalculateHash(Encoding.UTF8.GetBytes($"ComputeRwa demonstration {Number} {name}"));

    public string Word(string name) => "0x" + Convert.ToHexStringLower(Bytes(name));

    public Randomness Random(string name) => new(BinaryPrimitives.ReadUInt64BigEndian(Bytes(name)));

    /// <summary>A UUID as nvidia-smi prints it: the captured inventories are masked.</summary>
    public string GpuUuid(string name)
    {
        var hex = Convert.ToHexStringLower(Bytes(name));
        return $"GPU-{hex[..8]}-{hex[8..12]}-{hex[12..16]}-{hex[16..20]}-{hex[20..32]}";
    }
}

/// <summary>SplitMix64: small, fast, and the same everywhere.</summary>
internal sealed class Randomness(ulong state)
{
    private ulong _state = state;

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A whole number from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public int Between(int low, int high) => low + (int)(Next() % (ulong)(high - low + 1));

    public bool OneIn(int chances) => Next() % (ulong)chances == 0;
}
