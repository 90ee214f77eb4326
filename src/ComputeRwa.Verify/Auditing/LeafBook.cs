using System.Numerics;
using ComputeRwa.Verify.Reading;

namespace ComputeRwa.Verify.Auditing;

/// <summary>
/// What the files say that the chain's events are later held against: the terms of each lease, and the rent of those leaves that
/// were applied or objected to. A history has far more leaves than that, so only those are kept.
/// </summary>
internal sealed class LeafBook
{
    private readonly HashSet<(string Lease, BigInteger Epoch)> _wanted;
    private readonly Dictionary<(string Lease, BigInteger Epoch), BigInteger> _rents = [];
    private readonly Dictionary<string, Struct> _terms = [];

    public LeafBook(ChainRecord chain) => _wanted = [.. chain.Events.SelectMany(Wanted)];

    public IReadOnlyDictionary<string, Struct> Terms => _terms;

    public void Add(EpochFile file)
    {
        foreach (var lease in file.Leases)
        {
            var id = lease.LeaseId.ToLowerInvariant();
            if (!_terms.ContainsKey(id)) _terms.Add(id, Struct.Read(Shape.LeaseTerms, lease.Terms));
            var leaf = Struct.Read(Shape.EpochLeaf, lease.Leaf);
            var key = (Hashing.Hex(Hashing.Word(leaf["leaseId"])), leaf["epoch"]);
            if (_wanted.Contains(key)) _rents.TryAdd(key, leaf["rent"]);
        }
    }

    /// <summary>Cumulative base units; null when no file has such a leaf.</summary>
    public BigInteger? Rent(string lease, BigInteger epoch) => _rents.TryGetValue((lease, epoch), out var rent) ? rent : null;

    private static IEnumerable<(string Lease, BigInteger Epoch)> Wanted(ChainEvent e) => e.Name switch
    {
        "Synced" => [(e.Hash("id"), e["epoch"])],
        "Objected" => [(e.Hash("id"), e["epoch"]), (e.Hash("id"), e["epoch"] - 1)],
        _ => [],
    };
}
