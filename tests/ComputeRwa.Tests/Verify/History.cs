using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Settlement;
using ComputeRwa.Tests.Support;
using ComputeRwa.Verify.Auditing;
using ComputeRwa.Verify.Reading;
using Nethereum.Contracts;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Signer;
using PayToken = ComputeRwa.Chain.Contracts.PayToken;

namespace ComputeRwa.Tests.Verify;

/// <summary>
/// A <see cref="World"/> played on contracts of its own on a real node: leases are signed and originated, roots posted, leaves applied,
/// units traded and cash paid out. Everybody's keys are here, so that a test can also do what nobody honest does.
/// </summary>
internal sealed class History
{
    private const int Epochs = 4;
    private readonly HardhatNode _node;
    private readonly Random _random;
    private readonly Dictionary<string, EthECKey> _keys = [];
    private readonly List<string> _buyers = [.. Enumerable.Range(0, 3).Select(_ => EthECKey.GenerateKey().GetPublicAddress())];
    private readonly HashSet<string> _impersonated = [];

    private readonly Func<LeaseTerms, LeaseTerms>? _draft;

    private History(HardhatNode node, int seed, string deploymentPath, long firstEpoch, Func<LeaseTerms, LeaseTerms>? draft, bool overlapping)
    {
        (_node, _random, _draft, DeploymentPath, LastEpoch) = (node, new(seed), draft, deploymentPath, firstEpoch + Epochs - 1);
        Deployment = Deployment.Read(deploymentPath);
        World = Of(seed, new(Deployment, firstEpoch, Adjust), overlapping);
    }

    public World World { get; }
    public Deployment Deployment { get; }
    public string DeploymentPath { get; }
    public long LastEpoch { get; }
    public List<PublishedEpoch> Published { get; set; } = [];

    /// <summary>Published, and cancelled since.</summary>
    public List<PublishedEpoch> Withdrawn { get; } = [];

    /// <summary>What is let and measured in the history of a seed, wherever it is played.</summary>
    public static World Of(int seed, WorldPlace? place = null, bool overlapping = false) => new(seed, nodes: 3, leases: 3, Epochs, overlapping, place);

    /// <param name="draft">changes terms before they are signed</param>
    /// <param name="options">of the deployment</param>
    public static async Task<History> Begin(HardhatNode node, int seed, Func<LeaseTerms, LeaseTerms>? draft = null, string[]? options = null, bool overlapping = false)
    {
        var path = await node.Deploy(["--epoch-length", $"{World.EpochSeconds}", .. options ?? []]);
        var present = (await node.Head()).MinedAt.ToUnixTimeSeconds() / World.EpochSeconds;
        var history = new History(node, seed, path, present + 2, draft, overlapping);
        foreach (var lease in history.World.Leases) await history.Originate(lease);
        return history;
    }

    /// <summary>An honest history from the first signature to the last refund.</summary>
    public static async Task<History> Honest(HardhatNode node, int seed)
    {
        var history = await Begin(node, seed);
        await history.Play();
        return history;
    }

    /// <summary>Closes all epochs and plays them on chain, with lies where there are some.</summary>
    /// <param name="sign">changes what attestors sign</param>
    public async Task Play(Func<long, LeaseToSettle, LeaseToSettle>? lie = null, Func<ClosedEpoch, ClosedEpoch>? forge = null, Action<EpochRootDto>? sign = null)
    {
        Published = World.Close(lie, forge);
        foreach (var epoch in Published)
        {
            await Post(epoch, sign);
            await Trade();
            await Sync(epoch);
            await Trade();
            await PayOut();
            if (_random.Next(2) == 0) await TopUp();
            if (_random.Next(2) == 0) await Sync(epoch);
            if (_random.Next(4) == 0) await Send(Lessee(0), Deployment.Contracts.TestDollar, new PayToken.Transfer { To = Deployment.Contracts.LeaseClaims, Value = 77 });
        }
        foreach (var lease in World.Leases.Where(l => !World.Withheld.Contains(l.Id) && l.Terms.LastEpoch <= Published[^1].Closed.Epoch)) await Finish(lease);
    }

    public async Task Post(PublishedEpoch epoch, Action<EpochRootDto>? sign = null, IEnumerable<EthECKey>? signers = null)
    {
        await MoveTo((epoch.Closed.Epoch + 1) * World.EpochSeconds);
        var root = RootMessage.Of(epoch.Closed, Keccak.Hash(epoch.File));
        sign?.Invoke(root);
        await Post(root, signers ?? Attestors());
    }

    /// <summary>Chain time at least this many unix seconds.</summary>
    public async Task MoveTo(long seconds)
    {
        var time = DateTimeOffset.FromUnixTimeSeconds(seconds);
        if ((await _node.Head()).MinedAt < time) await _node.MoveTo(time);
    }

    public async Task Wait(long seconds) => await _node.MoveTo((await _node.Head()).MinedAt.AddSeconds(seconds));

    public Task Post(EpochRootDto root, IEnumerable<EthECKey> signers)
    {
        var digest = Eip712.Digest(SigningDomains.EpochLedger(Deployment), root);
        var signatures = signers.OrderBy(k => k.GetPublicAddress().ToLowerInvariant(), StringComparer.Ordinal).Select(k => LeaseWorld.Sign(k, digest.Value).HexToByteArray()).ToList();
        return Send(_buyers[0], Deployment.Contracts.EpochLedger, new EpochLedger.Post { Root = root, Signatures = signatures });
    }

    public async Task Sync(PublishedEpoch epoch)
    {
        var closed = epoch.Closed;
        var tree = MerkleTree.Of([.. closed.Leases.Select(l => l.LeafHash)]);
        var row = new EpochRow(closed.Epoch, closed.Attempt, closed.Root, closed.PreviousRoot, 0, 0, 0, 0, Hash32.Zero, DateTimeOffset.UnixEpoch);
        var leaves = closed.Leases.Select((l, i) => new StoredLeaf(i, l.Leaf, l.LeafHash)).ToArray();
        var command = Syncing.Command(row, tree, leaves, 0, 0, Deployment);
        await Raw(_buyers[0], Deployment.Contracts.EpochLedger, command.CallData);
    }

    /// <summary>Units go from hand to hand: some, none, all, in batches, and to their holder itself.</summary>
    private async Task Trade()
    {
        foreach (var lease in World.Leases)
        {
            var holders = _buyers.Append(lease.Terms.Provider.Value).ToArray();
            _random.Shuffle(holders);
            var from = holders[0];
            var balance = await Ask<LeaseClaims.BalanceOf, BigInteger>(new() { Account = from, Id = lease.Id.ToInteger() });
            var units = new BigInteger(_random.NextInt64((long)balance + 1));
            await Send(from, Deployment.Contracts.LeaseClaims, new LeaseClaims.SafeTransferFrom
            {
                From = from, To = holders[_random.Next(holders.Length)], Id = lease.Id.ToInteger(), Value = units, Data = [],
            });
            await Send(holders[1], Deployment.Contracts.LeaseClaims, new LeaseClaims.SafeBatchTransferFrom
            {
                From = holders[1], To = holders[2], Ids = [.. World.Leases.Select(l => l.Id.ToInteger())], Values = [.. World.Leases.Select(_ => BigInteger.Zero)], Data = [],
            });
        }
    }

    private async Task PayOut()
    {
        foreach (var lease in World.Leases)
        {
            foreach (var holder in _buyers.Append(lease.Terms.Provider.Value).Where(_ => _random.Next(2) == 0))
                await Send(_buyers[0], Deployment.Contracts.LeaseClaims, new LeaseClaims.Claim { Id = lease.Id.ToInteger(), Holder = holder });
            if (_random.Next(2) == 0) await Send(_buyers[1], Deployment.Contracts.LeaseBook, new LeaseBook.PayProvider { Terms = lease.Terms.ToDto() });
            if (_random.Next(2) == 0) await Send(_buyers[1], Deployment.Contracts.LeaseClaims, new LeaseClaims.CollectFee { Id = lease.Id.ToInteger() });
        }
        await Send(_buyers[2], Deployment.Contracts.LeaseClaims, new LeaseClaims.ClaimTo { Id = World.Leases[0].Id.ToInteger(), To = _buyers[0] });
    }

    /// <summary>Rent, and what heat, mining and the grid bring in.</summary>
    private async Task TopUp()
    {
        foreach (var lease in World.Leases)
        {
            await Send(lease.Terms.Lessee.Value, Deployment.Contracts.LeaseBook, new LeaseBook.Fund { Id = lease.Id.ToInteger(), Kind = 0, Amount = _random.Next(1, 50_000_000) });
            await Send(lease.Terms.Lessee.Value, Deployment.Contracts.LeaseBook, new LeaseBook.Fund { Id = lease.Id.ToInteger(), Kind = (byte)_random.Next(1, 4), Amount = _random.Next(9_000_000) });
        }
    }

    /// <summary>Funds what is still in arrears, applies the final leaf once more, and gives the rest back.</summary>
    public async Task Finish(WorldLease lease)
    {
        await Send(lease.Terms.Lessee.Value, Deployment.Contracts.LeaseBook, new LeaseBook.Fund { Id = lease.Id.ToInteger(), Kind = 0, Amount = 1_000_000_000_000 });
        await Sync(Published[^1]);
        await Send(_buyers[0], Deployment.Contracts.LeaseBook, new LeaseBook.Refund { Terms = lease.Terms.ToDto() });
    }

    private async Task Originate(WorldLease lease)
    {
        var lessee = lease.Terms.Lessee.Value;
        await Send(lessee, Deployment.Contracts.TestDollar, new PayToken.Mint { To = lessee, Amount = BigInteger.Pow(10, 14) });
        await Send(lessee, Deployment.Contracts.TestDollar, new PayToken.Approve { Spender = Deployment.Contracts.LeaseClaims, Value = BigInteger.Pow(10, 14) });
        await Send(_buyers[0], Deployment.Contracts.LeaseBook, new LeaseBook.Originate
        {
            Origination = new()
            {
                Terms = lease.Terms.ToDto(),
                ProviderSignature = LeaseWorld.Sign(_keys[lease.Terms.Provider.Value], lease.Id.Value).HexToByteArray(),
                LesseeSignature = LeaseWorld.Sign(_keys[lessee], lease.Id.Value).HexToByteArray(),
                Permit = new() { R = new byte[32], S = new byte[32] },
            },
        });
    }

    /// <summary>Real parties, and as many ways to divide the rent as there are seeds.</summary>
    private LeaseTerms Adjust(LeaseTerms terms)
    {
        var pool = _random.Next(8) switch { 0 => 0, 1 => 10_000, _ => _random.Next(2_000, 9_900) };
        terms = terms with
        {
            Provider = Party(),
            Lessee = Party(),
            PayToken = Address.Parse(Deployment.Contracts.TestDollar),
            Units = (ulong)_random.NextInt64(1, 5_000),
            PoolBps = (ushort)pool,
            FeeBps = (ushort)_random.Next(10_001 - pool),
            NoticeEpochs = (uint)_random.Next(1, (int)terms.Epochs + 1),
            Deposit = _random.Next(2) * _random.Next(50_000_000),
        };
        return _draft?.Invoke(terms) ?? terms;
    }

    public byte[] SignedBy(Address party, Hash32 digest) => LeaseWorld.Sign(_keys[party.Value], digest.Value).HexToByteArray();

    private Address Party()
    {
        var key = HardhatNode.UsableKey();
        var address = Address.Parse(key.GetPublicAddress());
        _keys.Add(address.Value, key);
        return address;
    }

    public IEnumerable<string> Holders(WorldLease lease) => _buyers.Append(lease.Terms.Provider.Value);
    public string Lessee(int lease) => World.Leases[lease].Terms.Lessee.Value;

    public static IEnumerable<EthECKey> Attestors() => [HardhatNode.DevelopmentKey(1), HardhatNode.DevelopmentKey(3)];

    /// <summary>What the auditor's program says of all this.</summary>
    /// <param name="wire">between the program and the node; null for none</param>
    public async Task<ChainReport> Audit(HttpMessageHandler? wire = null, bool evidence = true)
    {
        using var http = new HttpClient(wire ?? new SocketsHttpHandler());
        var chain = await new ChainReader(new(http, _node.Url), DeploymentFile.Read(await File.ReadAllBytesAsync(DeploymentPath))).Read();
        var files = new PublishedFiles();
        foreach (var epoch in Published.Concat(Withdrawn))
        {
            files.Add(epoch.File);
        }
        foreach (var epoch in Published.Where(_ => evidence)) files.Add(epoch.Evidence);
        return ChainAudit.Run(chain, files);
    }

    public Task<TOut> Ask<TIn, TOut>(TIn question) where TIn : FunctionMessage, new() => new ChainClient(_node.Rpc).Ask<TIn, TOut>(Address.Parse(Deployment.Contracts.LeaseClaims), question);

    public Task Send<T>(string from, string to, T message) where T : FunctionMessage => Raw(from, to, message.GetCallData().ToHex(true));

    /// <summary>From any account, whoever has its key.</summary>
    public async Task Raw(string from, string to, string data)
    {
        if (_impersonated.Add(from))
        {
            await _node.Rpc.SendRequestAsync<bool>("hardhat_setBalance", null, from, "0x3635c9adc5dea00000");
            await _node.Rpc.SendRequestAsync<bool>("hardhat_impersonateAccount", null, from);
        }
        await _node.Rpc.SendRequestAsync<string>("eth_sendTransaction", null, new { from, to, data });
    }
}
