using System.Numerics;

namespace ComputeRwa.Verify;

/// <summary>One lease of the file against its signed terms, the evidence and the previous epoch's file.</summary>
internal static class LeaseCheck
{
    /// <returns>the leaf that the lease should have; its own when that cannot be said</returns>
    public static Struct Run(EpochFile file, LeaseEntry lease, EvidenceFile? evidence, LeaseEntry? before, Ends ends, IndexBook indexes, Findings findings)
    {
        var terms = Struct.Read(Shape.LeaseTerms, lease.Terms);
        var stated = Struct.Read(Shape.EpochLeaf, lease.Leaf);
        CheckIdentity(file, lease, terms, findings);
        CheckCapacity(lease, terms, findings);
        CheckSite(lease, before, findings);

        var previous = before is null ? null : Struct.Read(Shape.EpochLeaf, before.Leaf);
        CheckPreviousLeaf(lease, previous, findings);

        var expected = file.Epoch < terms["startEpoch"] ? NotStarted(lease, findings, stated)
            : file.Epoch > ends.LastEpoch(lease.LeaseId, terms) ? Ended(lease, previous, findings) ?? stated
            : Running(file, lease, terms, evidence, previous, indexes, findings);
        findings.Same(expected, stated, "leaf", $"{lease.LeaseId} leaf");
        return expected;
    }

    private static void CheckIdentity(EpochFile file, LeaseEntry lease, Struct terms, Findings findings)
    {
        var digest = Shape.LeaseTerms.Digest(terms, "LeaseBook", file.ChainId, file.Contracts["leaseBook"]);
        findings.Require(digest.SequenceEqual(Hashing.Unhex(lease.LeaseId, 32)), "lease-id", lease.LeaseId,
            $"is not the digest of its terms, which is {Hashing.Hex(digest)}: these are not the terms that were signed");
    }

    private static void CheckCapacity(LeaseEntry lease, Struct terms, Findings findings)
    {
        findings.Require(lease.Gpus.Count == terms["gpuCount"], "capacity", lease.LeaseId, $"lists {lease.Gpus.Count} GPUs; its terms let {terms["gpuCount"]}");
        findings.Require(Hashing.Number(Capacity.Root(lease.Gpus)) == terms["capacityRoot"], "capacity", lease.LeaseId, "lists other GPUs than its terms were signed over");
    }

    /// <summary>A lease that is metered has its nodes in the evidence; that of an ended one says nothing any more.</summary>
    private static void CheckNodes(LeaseEntry lease, EvidenceFile evidence, Findings findings)
    {
        foreach (var gpu in lease.Gpus)
        {
            var node = evidence.Nodes.SingleOrDefault(n => n.NodeId == gpu.NodeId);
            if (!findings.Require(node is not null, "evidence", $"{lease.LeaseId} {gpu.Uuid}", $"stands in {gpu.NodeId}, of which the evidence has nothing")) continue;
            findings.Require(SameKey(node!.NodeKey, gpu.NodeKey) && node.GpuUuids.Contains(gpu.Uuid), "evidence", $"{lease.LeaseId} {gpu.Uuid}",
                $"is not a GPU of {gpu.NodeId} with the key {gpu.NodeKey} in the evidence");
        }
    }

    private static void CheckSite(LeaseEntry lease, LeaseEntry? before, Findings findings)
    {
        findings.Require(lease.PueBps >= 10_000, "site", lease.LeaseId, $"has a PUE of {lease.PueBps} bps; a site uses at least what its machines use");
        findings.Require(lease.HeatReuseBps is >= 0 and <= 10_000, "site", lease.LeaseId, $"reuses {lease.HeatReuseBps} bps of its heat");
        findings.Require(lease.Curtailments.All(c => c.From < c.To), "curtailment", lease.LeaseId, "has a curtailment that ends before it begins");
        if (before is not null && (lease.PueBps, lease.HeatReuseBps) != (before.PueBps, before.HeatReuseBps))
            findings.Note($"{lease.LeaseId} had PUE {before.PueBps} and heat reuse {before.HeatReuseBps} bps in the epoch before, now {lease.PueBps} and {lease.HeatReuseBps}.");
    }

    private static void CheckPreviousLeaf(LeaseEntry lease, Struct? previous, Findings findings)
    {
        var where = $"{lease.LeaseId} previousLeaf";
        if (lease.PreviousLeaf is { } json && previous is not null) findings.Same(previous, Struct.Read(Shape.EpochLeaf, json), "previous-leaf", where);
        else findings.Require(lease.PreviousLeaf is null && previous is null, "previous-leaf", where,
            previous is null ? "is given, but the epoch before has no leaf of this lease" : "is missing, but the epoch before has a leaf of this lease");
    }

    private static Struct NotStarted(LeaseEntry lease, Findings findings, Struct stated)
    {
        findings.Require(false, "not-started", lease.LeaseId, "is in the tree before its first epoch");
        return stated;
    }

    /// <summary>An ended lease keeps its final leaf.</summary>
    private static Struct? Ended(LeaseEntry lease, Struct? previous, Findings findings)
    {
        findings.Require(lease.Record is null && lease.Rent is null, "record", lease.LeaseId, "has ended and yet is metered");
        findings.Require(previous is not null, "previous-leaf", lease.LeaseId, "has ended and has no leaf to keep");
        return previous;
    }

    private static Struct Running(EpochFile file, LeaseEntry lease, Struct terms, EvidenceFile? evidence, Struct? previous, IndexBook indexes, Findings findings)
    {
        if (previous is null && file.Epoch > terms["startEpoch"])
            findings.Note($"{lease.LeaseId} started in epoch {terms["startEpoch"]} and is metered from epoch {file.Epoch} on.");
        var record = Measured(file, lease, terms, evidence, findings);
        indexes.Add(lease.LeaseId, terms, record, findings);
        var (rent, _) = RentRule.Compute(terms, record, file.EpochLength);
        if (findings.Require(lease.Rent is not null, "rent", lease.LeaseId, "has no rent")) CheckRent(lease.LeaseId, rent, lease.Rent!, findings);
        return RentRule.NextLeaf(previous, terms, record, file.EpochLength);
    }

    /// <summary>The record that the evidence gives; without evidence the stated one, which must then at least be this lease's and epoch's.</summary>
    private static Struct Measured(EpochFile file, LeaseEntry lease, Struct terms, EvidenceFile? evidence, Findings findings)
    {
        var stated = lease.Record is { } json ? Struct.Read(Shape.MeteringRecord, json) : null;
        findings.Require(stated is not null, "record", lease.LeaseId, "has no metering record");
        if (evidence is not null)
        {
            CheckNodes(lease, evidence, findings);
            var measured = Metering.Record(file, lease, terms, evidence, stated);
            if (stated is not null) findings.Same(measured, stated, "record", $"{lease.LeaseId} record");
            return measured;
        }
        if (stated is null) throw new FormatException($"{lease.LeaseId} has no metering record, and there is no evidence to make one of");
        findings.Equal("record", $"{lease.LeaseId} record.leaseId", lease.LeaseId, Hashing.Hex(Hashing.Word(stated["leaseId"])), "is of another lease");
        findings.Equal<BigInteger>("record", $"{lease.LeaseId} record.epoch", file.Epoch, stated["epoch"], "is of another epoch");
        return stated;
    }

    private static void CheckRent(string lease, RentEntry expected, RentEntry stated, Findings findings)
    {
        void Same(string name, BigInteger mine, BigInteger theirs) =>
            findings.Require(mine == theirs, "rent", $"{lease} rent.{name}", $"is {theirs} parts and should be {mine}");
        Same("gross", expected.Gross, stated.Gross);
        Same("slaCredit", expected.SlaCredit, stated.SlaCredit);
        Same("efficiency", expected.Efficiency, stated.Efficiency);
        Same("curtailmentCredit", expected.CurtailmentCredit, stated.CurtailmentCredit);
        Same("net", expected.Net, stated.Net);
    }

    public static bool SameKey(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
