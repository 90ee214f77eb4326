using System.Numerics;
using ComputeRwa.Verify.Reading;

namespace ComputeRwa.Verify.Auditing;

/// <summary>The sequence of roots, and each root against the file that its attestors signed for.</summary>
internal sealed class RootAudit(ChainRecord chain, PublishedFiles files, Originations originations, LeafBook leaves, Ends ends, Audit audit)
{
    private readonly Dictionary<string, PostedRoot> _byDataHash = [];
    private readonly Dictionary<string, PostedRoot> _byRoot = [];
    private readonly IndexBook _indexes = new();
    private long _first;

    public void Run(Roots roots)
    {
        _first = roots.Standing.Count > 0 ? roots.Standing[0].Epoch : 0;
        PostedRoot? last = null;
        (PostedRoot Root, EpochFile File)? before = null;
        foreach (var root in roots.Standing)
        {
            CheckSequence(root, last);
            var file = CheckFile(root, before, first: last is null);
            CheckReplay(root, file);
            before = file is null ? null : (root, file);
            last = root;
        }
        if (_indexes.Count > 0) audit.Findings.Note($"{_indexes.Count} index values are taken as the records state them: compare them with the index that was published.");
        audit.Findings.Equal("ledger", "latestEpoch", last?.Epoch ?? 0, chain.Ledger.LatestEpoch, "is not the last epoch posted");
    }

    private void CheckSequence(PostedRoot root, PostedRoot? last)
    {
        if (last is not null)
        {
            audit.Findings.Equal("epoch-order", root.Where, last.Epoch + 1, root.Epoch, "does not follow the epoch before it");
            audit.Findings.Equal("epoch-order", $"{root.Where} previousRoot", last.Root, Hashing.Hex(Hashing.Word(root.Message["previousRoot"])), "is not the root before it");
        }
        else audit.Findings.Equal("epoch-order", $"{root.Where} previousRoot", BigInteger.Zero, root.Message["previousRoot"], "is not zero, and there is no root before it");
        audit.Findings.Require((root.Epoch + 1) * chain.Ledger.EpochLength <= root.Time, "epoch-early", root.Where, $"was posted at {root.Time}, before it ended");
    }

    /// <summary>An epoch in which something runs has a root of its own, and every epoch a file of its own.</summary>
    private void CheckReplay(PostedRoot root, EpochFile? file)
    {
        if (!_byDataHash.TryAdd(root.DataHash, root))
            audit.Findings.Equal("replayed-epoch", root.Where, "a file of its own", $"the file of epoch {_byDataHash[root.DataHash].Epoch}", "is an earlier epoch once more");
        else if (file is not null && file.Epoch != root.Epoch)
            audit.Findings.Equal("replayed-epoch", root.Where, root.Epoch, file.Epoch, "was posted with the file of another epoch");
        else if (!_byRoot.TryAdd(root.Root, root) && originations.AnyRuns(root.Epoch))
            audit.Findings.Equal("replayed-epoch", root.Where, "a root of its own", $"the root of epoch {_byRoot[root.Root].Epoch}", "is an earlier epoch's root, though leases run in it");
    }

    /// <returns>null when there is no file to go by</returns>
    private EpochFile? CheckFile(PostedRoot root, (PostedRoot Root, EpochFile File)? before, bool first)
    {
        if (files.Find(root.DataHash) is not { } bytes)
        {
            var others = files.HashesOf(root.Epoch);
            if (others.Count == 0) audit.Unread.Add($"the file of {root.Where}, whose keccak256 is {root.DataHash}");
            else audit.Findings.Equal("file", root.Where, root.DataHash, string.Join(", ", others), "the published file is not the one that attestors signed for");
            return null;
        }
        var found = new Findings();
        try
        {
            var file = Files.Read<EpochFile>(bytes);
            CheckDeployment(root, file);
            CheckPosted(root, EpochCheck.AsStated(file, bytes));
            if (first || before is not null) Recompute(root, file, bytes, before?.File, found);
            else audit.Unread.Add($"{root.Where} could not be recomputed without the file of the epoch before");
            CheckCoverage(root, file);
            leaves.Add(file);
            audit.Count("epoch roots rebuilt from their files");
            return file;
        }
        catch (Exception e) when (EpochCheck.IsMalformed(e))
        {
            audit.Findings.Require(false, "malformed", root.Where, e.Message);
            return null;
        }
        finally
        {
            audit.Findings.Wrong.AddRange(found.Wrong.Select(f => f with { Where = $"{root.Where} {f.Where}" }));
            foreach (var note in found.Notes) audit.Findings.Note($"{root.Where}: {note}");
        }
    }

    private void CheckDeployment(PostedRoot root, EpochFile file)
    {
        audit.Findings.Equal("deployment", $"{root.Where} chainId", chain.ChainId, file.ChainId, "the file is of another chain");
        audit.Findings.Equal("deployment", $"{root.Where} epochLength", chain.Ledger.EpochLength, file.EpochLength, "the file is of another deployment");
        foreach (var (name, address) in new[] { ("leaseBook", chain.Deployment.LeaseBook), ("leaseClaims", chain.Deployment.LeaseClaims), ("epochLedger", chain.Deployment.EpochLedger) })
            audit.Findings.Equal("deployment", $"{root.Where} {name}", address, file.Contracts.GetValueOrDefault(name)?.ToLowerInvariant(), "the file is of another deployment");
    }

    /// <summary>What was posted against what the file's own leaves give, right or wrong.</summary>
    private void CheckPosted(PostedRoot root, Struct stated)
    {
        foreach (var (name, posted, ofFile) in root.Message.Differences(stated))
        {
            var code = name switch { "root" => "posted-root", "leases" or "rent" or "gpuSeconds" or "wattHours" => "posted-total", _ => "posted-header" };
            audit.Findings.Wrong.Add(new(code, $"{root.Where} {name}", "was posted and is not what the file gives", ofFile, posted));
        }
    }

    private void Recompute(PostedRoot root, EpochFile file, byte[] bytes, EpochFile? before, Findings found)
    {
        var evidence = files.EvidenceOf(root.Epoch).FirstOrDefault();
        if (evidence is null && files.HasEvidence) audit.Unread.Add($"the evidence of {root.Where}");
        EpochCheck.Check(file, evidence is null ? null : Files.Read<EvidenceFile>(evidence), before, bytes, ends, _indexes, found);
        audit.Count("leaves recomputed", file.Leases.Count);
        if (evidence is not null) audit.Count("metering records recomputed from telemetry", file.Leases.Count(l => l.Record is not null));
    }

    /// <summary>Every lease on chain that has started has its leaf, and nothing else has.</summary>
    private void CheckCoverage(PostedRoot root, EpochFile file)
    {
        var there = file.Leases.Select(l => l.LeaseId.ToLowerInvariant()).ToHashSet();
        foreach (var lease in originations.PlacedIn(root.Epoch, _first).Where(l => !there.Contains(l)))
            audit.Findings.Require(false, "lease-missing", $"{root.Where} {lease}", "was originated on chain and has started, and has no leaf");
        foreach (var lease in there.Where(l => !originations.Knows(l)))
            audit.Findings.Require(false, "lease-unknown", $"{root.Where} {lease}", "has a leaf, and was never originated on chain");
    }
}
