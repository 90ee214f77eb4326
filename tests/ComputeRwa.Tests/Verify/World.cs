using System.Text.Json;
using System.Text.Json.Nodes;
using ComputeRwa.Chain;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Settlement;
using ComputeRwa.Telemetry;
using ComputeRwa.Tests.Support;
using Nethereum.Signer;

namespace ComputeRwa.Tests.Verify;

/// <summary>A node with its key, and all batches it ever sent.</summary>
internal sealed record WorldNode(NodeId Id, EthECKey Key, IReadOnlyList<string> Uuids, List<Batch> Batches)
{
    public Address Account => Address.Parse(Key.GetPublicAddress());
}

internal sealed record WorldLease(Hash32 Id, LeaseTerms Terms, IReadOnlyList<GpuLet> Gpus, long PueBps, long HeatReuseBps, List<TimeRange> Notices);

/// <summary>The deployment and the epoch in which a world begins, and what becomes of a lease's terms before they are signed.</summary>
internal sealed record WorldPlace(Deployment Deployment, long FirstEpoch, Func<LeaseTerms, LeaseTerms> Adjust);

/// <summary>Random nodes, leases, samples and curtailments, closed epoch by epoch with the product's own pure code.</summary>
internal sealed class World
{
    public const long EpochSeconds = 1_800;
    public const long FirstEpoch = 1_000_000;
    public static readonly EpochLength Length = new(EpochSeconds);

    private readonly Random _random;
    private readonly int _epochs;
    private readonly WorldPlace _place;

    public List<WorldNode> Nodes { get; } = [];
    public List<WorldLease> Leases { get; } = [];

    /// <summary>Leases that are let, and that no epoch is told of.</summary>
    public HashSet<Hash32> Withheld { get; } = [];

    public World(int seed, int nodes, int leases, int epochs, bool overlapping = false, WorldPlace? place = null)
    {
        (_random, _epochs, _place) = (new(seed), epochs, place ?? new(Deployments.Example, FirstEpoch, terms => terms));
        for (var i = 0; i < nodes; i++) Nodes.Add(MakeNode(i));
        var gpus = Nodes.SelectMany(n => n.Uuids.Select(u => new GpuLet(n.Id.Value, n.Account, u))).ToArray();
        _random.Shuffle(gpus);
        leases = Math.Min(leases, gpus.Length);
        var each = gpus.Length / leases;
        // An overlapping lease lets the first one's GPUs once more.
        for (var i = 0; i < leases; i++) Leases.Add(MakeLease(gpus[(i * each)..((i + 1) * each)], atOnce: i == 0));
        if (overlapping) Leases.Add(MakeLease(gpus[..1], atOnce: true));
    }

    /// <summary>All epochs in order. <paramref name="lie"/> changes what goes into an epoch before it is settled, <paramref name="forge"/> what comes out.</summary>
    public List<PublishedEpoch> Close(Func<long, LeaseToSettle, LeaseToSettle>? lie = null, Func<ClosedEpoch, ClosedEpoch>? forge = null)
    {
        var epochs = new List<PublishedEpoch>();
        var leaves = new Dictionary<Hash32, EpochLeaf>();
        var previousRoot = Hash32.Zero;
        for (var epoch = _place.FirstEpoch; epoch < _place.FirstEpoch + _epochs; epoch++)
        {
            var started = Leases.Where(l => l.Terms.StartEpoch <= epoch && !Withheld.Contains(l.Id)).Select(l => Meter(l, epoch, leaves.GetValueOrDefault(l.Id)));
            var closed = EpochClosing.Settle(epoch, 0, previousRoot, started.Select(l => lie?.Invoke(epoch, l) ?? l), EpochSeconds);
            closed = forge?.Invoke(closed) ?? closed;
            foreach (var lease in closed.Leases) leaves[lease.Lease.Id] = lease.Leaf;
            previousRoot = closed.Root;
            epochs.Add(new(closed, EpochFile.Write(closed, _place.Deployment), Evidence(epoch)));
        }
        return epochs;
    }

    private LeaseToSettle Meter(WorldLease lease, long epoch, EpochLeaf? previous)
    {
        var notices = lease.Notices.Where(n => n.From < (epoch + 1) * EpochSeconds && n.To > epoch * EpochSeconds).ToList();
        var record = lease.Terms.Covers(epoch) ? Record(lease, epoch, notices) : null;
        return new(lease.Id, lease.Terms, lease.Gpus, lease.PueBps, lease.HeatReuseBps, notices.ConvertAll(n => new CurtailedTime(n.From, n.To)), record, previous);
    }

    private MeteringRecord Record(WorldLease lease, long epoch, List<TimeRange> notices)
    {
        var curtailment = Curtailment.Of(notices, new(epoch * EpochSeconds, (epoch + 1) * EpochSeconds));
        var batches = from node in Nodes
                      from b in node.Batches.Where(b => b.Epoch == epoch)
                      select new MeteredBatch(node.Id, node.Account, b.Sequence, b.Hash, b.Trust, Rollup.Of(b.Columns, b.From, b.Step, curtailment));
        var let = lease.Gpus.Select(g => new LetGpu(NodeId.From(g.NodeId), g.Uuid, Nodes.Single(n => n.Id.Value == g.NodeId).Uuids.ToList().IndexOf(g.Uuid)));
        return Recording.Of(lease.Id, epoch, Metering.Measure([.. let], Length, curtailment, batches), lease.PueBps, lease.HeatReuseBps, Inputs(lease, epoch));
    }

    /// <summary>An index that is stale every third epoch, and revenue that nobody reports for every fourth.</summary>
    private PricingInputs Inputs(WorldLease lease, long epoch) => (lease.Terms.Method, epoch % 12) switch
    {
        (PricingMethod.Indexed, var month) when month % 3 > 0 => PricingInputs.None with { IndexValue = IndexAt(epoch), IndexEpoch = (uint)epoch },
        (PricingMethod.Indexed, _) => PricingInputs.None with { IndexValue = IndexAt(epoch - 1), IndexEpoch = (uint)epoch - 1 },
        (PricingMethod.RevenueShare, var month) when month % 4 > 0 =>
            PricingInputs.None with { Revenue = epoch * (1 + Leases.IndexOf(lease)) * 7_919 % 9_000_000, RevenueSource = Keccak.Hash([1]) },
        _ => PricingInputs.None,
    };

    private static System.Numerics.BigInteger IndexAt(long epoch) => 1_000_000 + epoch * 104_729 % 3_000_000;

    private WorldNode MakeNode(int index)
    {
        var key = new byte[32];
        _random.NextBytes(key);
        key[0] = 1; // in range, and not a leading zero
        var ecKey = new EthECKey(key, true);
        var uuids = Enumerable.Range(0, _random.Next(1, 5)).Select(g => $"GPU-{index:x8}-{g:x4}-4000-8000-000000000000").ToList();
        var node = new WorldNode(NodeId.From($"node_{index:x32}"), ecKey, uuids, []);
        var signs = _random.Next(4) > 0;
        for (var epoch = _place.FirstEpoch - 1; epoch < _place.FirstEpoch + _epochs; epoch++) MakeBatches(node, epoch, signs);
        return node;
    }

    /// <summary>Batches of random length and step, with gaps between them and missing values in them.</summary>
    private void MakeBatches(WorldNode node, long epoch, bool signs)
    {
        var (at, end) = (epoch * EpochSeconds, (epoch + 1) * EpochSeconds);
        while (at < end && _random.Next(12) > 0)
        {
            at += _random.Next(3) == 0 ? _random.Next(200) : 0;
            var step = _random.Next(3) switch { 0 => 60, 1 => 7, _ => _random.Next(1, 120) };
            var samples = (int)Math.Min(_random.Next(1, 40), (end - at) / step);
            if (samples < 1) break;
            var previous = node.Batches.Count == 0 ? Hash32.Zero : node.Batches[^1].Hash;
            var columns = MakeColumns(node.Uuids.Count, samples);
            var hash = Batch.HashOf(node.Account, node.Batches.Count, at, step, previous, columns);
            var signature = signs && _random.Next(30) > 0 ? new EthereumMessageSigner().Sign(hash.ToBytes(), node.Key) : null;
            node.Batches.Add(new(node.Id, node.Batches.Count, epoch, at, step, previous, columns, hash, signature));
            at += (long)step * samples;
        }
    }

    private Columns MakeColumns(int gpus, int samples)
    {
        int[] Column(int most, int missing) =>
            [.. Enumerable.Range(0, gpus * samples).Select(_ => _random.Next(missing) == 0 ? Columns.Missing : _random.Next(4) == 0 ? _random.Next(most / 10 + 1) : _random.Next(most + 1))];
        return new(gpus, samples, Column(10_000, 10), Column(100, 10), Column(700_000, 20), Column(81_920, 20));
    }

    private WorldLease MakeLease(GpuLet[] gpus, bool atOnce)
    {
        var ordered = Capacity.InOrder(gpus.Select(g => new LeasedGpu(NodeId.From(g.NodeId), g.NodeKey, g.Uuid)));
        var floor = _random.Next(1, 2_000_000);
        var terms = new LeaseTerms(
            Party(), Party(), Address.Parse(Deployments.Example.Contracts.TestDollar), ShortText.Parse("H100-SXM5-80GB"), ShortText.Parse("US-TX"), (uint)gpus.Length,
            Capacity.Root(ordered), (uint)(_place.FirstEpoch + (atOnce ? 0 : _random.Next(Math.Min(3, _epochs)))), (uint)_random.Next(1, _epochs + 2),
            (PricingMethod)_random.Next(4), _random.Next(1, 5_000_000), floor, floor + _random.Next(3_000_000), (uint)_random.Next(1, 20_000), Bps(), Bps(), (ushort)_random.Next(50), Bps(),
            _random.Next(4) == 0 ? 0ul : (ulong)_random.Next(1, 20_000), (ushort)_random.Next(20_000), Bps(), Bps(), Bps(), 8_000, 100, 1, 0, 0, 1_000, 0, RandomHash());
        terms = _place.Adjust(terms);
        var start = (long)terms.StartEpoch * EpochSeconds;
        var notices = Enumerable.Range(0, _random.Next(4)).Select(_ => start + _random.Next((int)(terms.Epochs * EpochSeconds))).Select(at => new TimeRange(at, at + _random.Next(1, 2_500))).ToList();
        return new(LeaseContracts.Id(terms, _place.Deployment), terms, [.. ordered.Select(g => new GpuLet(g.NodeId.Value, g.NodeKey, g.Uuid))], _random.Next(10_000, 20_000), Bps(), notices);
    }

    /// <summary>What GET /v1/epochs/{n}/evidence answers: the nodes of leases that are metered, and no others.</summary>
    private byte[] Evidence(long epoch) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        epoch,
        nodes = Nodes.Where(n => IsMetered(n, epoch)).Select(n => new
        {
            nodeId = n.Id.Value,
            nodeKey = n.Account.Value,
            gpuUuids = n.Uuids,
            batches = n.Batches.Where(b => b.Epoch == epoch).Select(b => new
            {
                b.Sequence, b.From, stepSeconds = b.Step, previousHash = b.PreviousHash.Value, hash = b.Hash.Value, b.Signature, columns = b.Columns.ToJson(),
            }),
        }),
    }, JsonSerializerOptions.Web);

    private bool IsMetered(WorldNode node, long epoch) => Leases.Any(l => l.Terms.Covers(epoch) && l.Gpus.Any(g => g.NodeId == node.Id.Value));

    private Address Party() => Address.Parse("0x" + Convert.ToHexStringLower(RandomHash().ToBytes().AsSpan(0, 20)));
    private ushort Bps() => (ushort)(_random.Next(3) == 0 ? 10_000 * _random.Next(2) : _random.Next(10_001));

    private Hash32 RandomHash()
    {
        var bytes = new byte[32];
        _random.NextBytes(bytes);
        return Hash32.Of(bytes);
    }
}

/// <summary>An epoch as the outside sees it.</summary>
internal sealed record PublishedEpoch(ClosedEpoch Closed, byte[] File, byte[] Evidence)
{
    public PublishedEpoch WithFile(Action<JsonNode> change) => this with { File = Changed(File, change) };
    public PublishedEpoch WithEvidence(Action<JsonNode> change) => this with { Evidence = Changed(Evidence, change) };

    private static byte[] Changed(byte[] json, Action<JsonNode> change)
    {
        var node = JsonNode.Parse(json)!;
        change(node);
        return JsonSerializer.SerializeToUtf8Bytes(node);
    }
}
