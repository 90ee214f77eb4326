using System.Numerics;
using ComputeRwa.Verify.Reading;

namespace ComputeRwa.Verify.Auditing;

/// <summary>Rent that lessees dispute: what an objection holds back and its decision grants, against what LeaseClaims then holds.</summary>
internal static class ObjectionAudit
{
    /// <param name="e">Objected, ObjectionResolved or HeldBack; LeaseClaims speaks of it after the ledger</param>
    /// <param name="open">increment of each undecided objection</param>
    public static void Apply(ChainEvent e, LeaseLedger lease, Dictionary<(string Lease, BigInteger Epoch), BigInteger> open, Audit audit)
    {
        var where = $"{lease.Facts.Id} {e.Place}";
        switch (e.Name)
        {
            case "Objected":
                audit.Findings.Require(open.TryAdd((lease.Facts.Id, e["epoch"]), e["increment"]), "objection", where, $"epoch {e["epoch"]} is objected to a second time");
                lease.Object(e["increment"]);
                audit.Count("objections replayed");
                break;
            case "ObjectionResolved":
                if (audit.Findings.Require(open.Remove((lease.Facts.Id, e["epoch"]), out var increment), "objection", where, $"epoch {e["epoch"]} is decided, and nobody objected"))
                    audit.Findings.Require(e["granted"] <= increment, "objection", where, $"{e["granted"]} are granted of {increment}");
                lease.Resolve(e["granted"]);
                break;
            default:
                audit.Findings.Equal("objection", $"{where} held", lease.Held, e["held"], "is not what the objections come to");
                lease.HoldBack(e["held"]);
                break;
        }
    }

    /// <param name="increment">by which the leaf's rent grew</param>
    /// <param name="minimum">of an epoch of the lease, whatever it delivers</param>
    public static void CheckAmounts(ChainEvent e, BigInteger increment, BigInteger minimum, Audit audit)
    {
        var where = $"{e.Hash("id")} epoch {e["epoch"]}";
        audit.Findings.Equal("objection", $"{where} increment", increment, e["increment"], "is not the rent of the epoch objected to");
        audit.Findings.Equal("objection", $"{where} minimum", BigInteger.Min(increment, minimum), e["minimum"], "is not what is owed if nobody decides");
    }
}
