using System.Numerics;
using System.Text.Json;

namespace ComputeRwa.Verify;

/// <summary>One published epoch, recomputed from its telemetry. An attestor signs <see cref="Report.Digest"/> when the report passed.</summary>
internal static class EpochCheck
{
    private const string Format = "computerwa-epoch/1";
    private const long LongestEpoch = 366 * 86_400;

    /// <param name="file">the exact bytes of GET /v1/epochs/{n}/file</param>
    /// <param name="evidence">of GET /v1/epochs/{n}/evidence</param>
    /// <param name="previous">the file of the epoch before, which the caller has checked before; null for the first epoch</param>
    /// <param name="ends">what the chain says of leases that ended early; null takes every lease to run for as long as it was signed for</param>
    public static Report Run(byte[] file, byte[] evidence, byte[]? previous, Ends? ends = null)
    {
        var findings = new Findings();
        try
        {
            var epoch = Files.Read<EpochFile>(file);
            var before = previous is null ? null : Files.Read<EpochFile>(previous);
            var root = Check(epoch, Files.Read<EvidenceFile>(evidence), before, file, ends ?? Ends.AsSigned, new(), findings);
            return new(findings.Wrong, findings.Notes, root, Shape.EpochRoot.Digest(root, "EpochLedger", epoch.ChainId, epoch.Contracts["epochLedger"]));
        }
        catch (Exception e) when (IsMalformed(e))
        {
            findings.Require(false, "malformed", "input", e.Message);
            return new(findings.Wrong, findings.Notes, null, null);
        }
    }

    /// <summary>What reading a file of another shape throws.</summary>
    public static bool IsMalformed(Exception e) => e is JsonException or FormatException or OverflowException or KeyNotFoundException;

    /// <param name="evidence">null when there is none: metering records are then taken as stated</param>
    /// <param name="before">null for the first epoch</param>
    /// <param name="bytes">of the file</param>
    /// <returns>what attestors sign, from the recomputed leaves</returns>
    /// <exception cref="Exception">One for which <see cref="IsMalformed"/> holds: the file cannot be recomputed.</exception>
    public static Struct Check(EpochFile file, EvidenceFile? evidence, EpochFile? before, byte[] bytes, Ends ends, IndexBook indexes, Findings findings)
    {
        CheckHeader(file, findings);
        if (evidence is not null) CheckEvidence(file, evidence, findings);
        CheckChain(file, before, findings);
        CheckLeases(file, before, findings);

        var entriesBefore = before?.Leases.ToDictionary(l => l.LeaseId) ?? [];
        var leaves = file.Leases.Select(l => LeaseCheck.Run(file, l, evidence, entriesBefore.GetValueOrDefault(l.LeaseId), ends, indexes, findings)).ToList();

        var root = RootOf(leaves);
        findings.Require(Hashing.Number(root) == Hashing.Number(Hashing.Unhex(file.Root, 32)), "root", "root", $"is {file.Root}; the recomputed leaves give {Hashing.Hex(root)}");
        var totals = TotalsOf(leaves);
        findings.Require(file.Totals == totals, "totals", "totals", $"are {file.Totals}; the recomputed leaves give {totals}");
        return Message(file, root, totals, bytes);
    }

    /// <summary>What the file's own leaves give, right or wrong: attestors of this file can have signed nothing else.</summary>
    public static Struct AsStated(EpochFile file, byte[] bytes)
    {
        var leaves = file.Leases.Select(l => Struct.Read(Shape.EpochLeaf, l.Leaf)).ToList();
        return Message(file, RootOf(leaves), TotalsOf(leaves), bytes);
    }

    private static Struct Message(EpochFile file, byte[] root, Totals totals, byte[] bytes) =>
        Struct.Of(Shape.EpochRoot, file.Epoch, file.Attempt, Hashing.Number(root), Hashing.Number(Hashing.Unhex(file.PreviousRoot, 32)),
            totals.Leases, totals.Rent, totals.GpuSeconds, totals.WattHours, Hashing.Number(Hashing.Keccak(bytes)));

    private static Totals TotalsOf(IReadOnlyList<Struct> leaves) => new(leaves.Count, Sum(leaves, "rent"), Sum(leaves, "gpuSeconds"), Sum(leaves, "wattHours"));

    private static void CheckHeader(EpochFile file, Findings findings)
    {
        findings.Require(file.Format == Format, "format", "format", $"is {file.Format}; this program reads {Format}");
        findings.Require(file.LeafEncoding.SequenceEqual(Shape.EpochLeaf.Members.Select(m => m.Type)), "format", "leafEncoding", "is not the types of EpochLeaf in order");
        if (file is not { Epoch: > 0 and <= uint.MaxValue, EpochLength: > 0 and <= LongestEpoch, Attempt: >= 0 and <= uint.MaxValue, ChainId: > 0 })
            throw new FormatException("a number in the header cannot be");
        findings.Require(file.Leases.Count > 0, "format", "leases", "is empty");
    }

    private static void CheckEvidence(EpochFile file, EvidenceFile evidence, Findings findings)
    {
        findings.Require(evidence.Epoch == file.Epoch, "evidence", "epoch", $"is {evidence.Epoch}; the file is of epoch {file.Epoch}");
        foreach (var twice in evidence.Nodes.GroupBy(n => n.NodeId).Where(g => g.Count() > 1)) throw new FormatException($"the evidence has node {twice.Key} twice");
        foreach (var twice in evidence.Nodes.SelectMany(n => n.GpuUuids).GroupBy(u => u).Where(g => g.Count() > 1))
            findings.Require(false, "evidence", twice.Key, "stands in more than one place");
        SigningKeys.CheckTwice(evidence, findings);
        foreach (var node in evidence.Nodes) BatchChain.Check(node, file, findings);
        if (findings.Wrong.Any(f => f.Code is "batch-shape" or "batch-time")) throw new FormatException("the evidence cannot be metered");
    }

    /// <summary>The epoch before: same deployment, the number before, and the root that its own leaves give.</summary>
    private static void CheckChain(EpochFile file, EpochFile? before, Findings findings)
    {
        var previousRoot = Hashing.Unhex(file.PreviousRoot, 32);
        if (before is null)
        {
            findings.Require(Hashing.Number(previousRoot).IsZero, "previous-root", "previousRoot", "names an epoch before this one: its file is needed to check this one");
            return;
        }
        findings.Require(before.Epoch == file.Epoch - 1, "previous-root", "previous file", $"is of epoch {before.Epoch}; that of epoch {file.Epoch - 1} is needed");
        findings.Require(before.ChainId == file.ChainId && before.EpochLength == file.EpochLength && SameContracts(before, file), "previous-root", "previous file", "is of another deployment");
        var root = RootOf([.. before.Leases.Select(l => Struct.Read(Shape.EpochLeaf, l.Leaf))]);
        findings.Require(root.SequenceEqual(previousRoot), "previous-root", "previousRoot", $"is {file.PreviousRoot}; the leaves of the previous file give {Hashing.Hex(root)}");
    }

    private static void CheckLeases(EpochFile file, EpochFile? before, Findings findings)
    {
        foreach (var twice in file.Leases.GroupBy(l => l.LeaseId).Where(g => g.Count() > 1)) throw new FormatException($"the file has lease {twice.Key} twice");
        var order = file.Leases.Select(l => (Start: Struct.Read(Shape.LeaseTerms, l.Terms)["startEpoch"], Id: Hashing.Number(Hashing.Unhex(l.LeaseId, 32)))).ToList();
        findings.Require(order.SequenceEqual(order.Order()), "lease-order", "leases", "do not stand in order of start epoch and lease id");

        var ids = file.Leases.Select(l => l.LeaseId).ToHashSet();
        foreach (var missing in before?.Leases.Where(l => !ids.Contains(l.LeaseId)) ?? [])
            findings.Require(false, "lease-missing", missing.LeaseId, "has a leaf in the epoch before and none in this one");

        var let = from lease in file.Leases where lease.Record is not null from gpu in lease.Gpus group lease.LeaseId by gpu.Uuid;
        foreach (var twice in let.Where(g => g.Count() > 1)) findings.Require(false, "gpu-let-twice", twice.Key, $"is let by {string.Join(" and ", twice)} in one epoch");
    }

    private static bool SameContracts(EpochFile a, EpochFile b) =>
        a.Contracts.Count == b.Contracts.Count && a.Contracts.All(c => b.Contracts.TryGetValue(c.Key, out var address) && LeaseCheck.SameKey(address, c.Value));

    private static byte[] RootOf(IReadOnlyList<Struct> leaves) => Tree.Root([.. leaves.Select(l => Tree.LeafHash(l.Encode()))]);

    private static BigInteger Sum(IEnumerable<Struct> leaves, string member) => leaves.Aggregate(BigInteger.Zero, (sum, l) => sum + l[member]);
}
