using System.Numerics;
using ComputeRwa.Verify.Reading;

namespace ComputeRwa.Verify.Auditing;

/// <summary>A root that attestors signed and the ledger took.</summary>
/// <param name="Message">the EpochRoot that was signed, as the event has it</param>
/// <param name="Time">unix seconds of its block</param>
internal sealed record PostedRoot(long Epoch, Struct Message, Place Place, long Time)
{
    public string Where => $"epoch {Epoch}";
    public string Root => Hashing.Hex(Hashing.Word(Message["root"]));
    public string DataHash => Hashing.Hex(Hashing.Word(Message["dataHash"]));

    public static PostedRoot Of(ChainEvent e, long time) => new((long)e["epoch"], Struct.Of(Shape.EpochRoot, [.. Shape.EpochRoot.Members.Select(m => e[m.Name])]), e.Place, time);
}

/// <summary>Every root ever posted, in order, and those that still stand.</summary>
internal sealed record Roots(IReadOnlyList<PostedRoot> Posted, IReadOnlyList<PostedRoot> Standing)
{
    /// <summary>A cancellation takes a root and all later ones away; what is posted after it carries the next attempt.</summary>
    public static Roots Of(ChainRecord chain, Audit audit)
    {
        var (posted, standing, attempt) = (new List<PostedRoot>(), new List<PostedRoot>(), 0);
        foreach (var e in chain.Events)
        {
            if (e.Name == "RootsCancelled")
            {
                audit.Count("cancelled roots", standing.RemoveAll(r => r.Epoch >= e["epoch"]));
                attempt++;
            }
            if (e.Name != "EpochPosted") continue;
            var root = PostedRoot.Of(e, chain.BlockTimes[e.Place.Block]);
            audit.Findings.Equal<BigInteger>("epoch-order", $"{root.Where} attempt", attempt, root.Message["attempt"], "is not one more for each cancellation");
            posted.Add(root);
            standing.Add(root);
        }
        return new(posted, standing);
    }
}
