using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Claims;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Parties;
using ComputeRwa.Tests.Support;
using Nethereum.Contracts;
using Nethereum.Hex.HexConvertors.Extensions;
using Xunit.Abstractions;

namespace ComputeRwa.Tests.Verify;

/// <summary>
/// Random lives of leases on a real chain, seen again at many of their blocks: every account as LeaseClaims held it then, against what
/// Claims/ makes of the events up to there. 2 lives, 30 with COMPUTERWA_PROFILE=full.
/// </summary>
[Collection(HardhatCollection.Name)]
[Trait("engine", "both")]
public class HolderDifferentialTests(HardhatNode node, ITestOutputHelper output)
{
    private const int FirstSeed = 100;

    private static readonly int Lives = Environment.GetEnvironmentVariable("COMPUTERWA_PROFILE") == "full" ? 30 : 2;

    private readonly ChainClient _client = new(node.Rpc);

    [Fact]
    public async Task Both_account_alike_for_every_holder_at_any_block()
    {
        var (compared, owing, differences) = (0, 0, new List<string>());
        for (var seed = FirstSeed; seed < FirstSeed + Lives; seed++)
        {
            var history = await History.Honest(node, seed);
            var claims = history.Deployment.Contracts.LeaseClaims;
            var logs = await Logs(claims, history.Deployment.DeployedAtBlock);
            await using var scratch = await ScratchDatabase.Make();
            foreach (var block in Sampled(new(seed), logs.ConvertAll(l => l.BlockNumber)))
            {
                await Project(scratch, logs.Where(l => l.BlockNumber > block.After && l.BlockNumber <= block.Number));
                foreach (var lease in history.World.Leases)
                {
                    var book = await scratch.Read(tx => ClaimStore.Book(tx, AsLease(lease)));
                    foreach (var holder in history.Holders(lease).Append(history.Lessee(0)).Select(Address.Parse))
                    {
                        var (ours, theirs) = (OfBook(book, holder), await OfChain(claims, lease.Id, holder, block.Number));
                        if (ours != theirs) differences.Add($"seed {seed}, block {block.Number}, {lease.Id}, {holder}: C# {ours}, EVM {theirs}");
                        compared++;
                        if (!theirs.Claimable.IsZero) owing++;
                    }
                }
            }
        }
        var line = $"Holder accounting, C# against the EVM: {compared:N0} accounts at {Lives} lives' blocks, {owing:N0} of them owed cash, {differences.Count} differences";
        output.WriteLine(line);
        Console.WriteLine(line);
        Assert.True(differences.Count == 0, $"{line}\n{string.Join('\n', differences.Take(5))}");
        Assert.True(owing > compared / 10, "Too few accounts are owed anything for this to mean much.");
    }

    private sealed record Account(BigInteger Units, BigInteger Checkpoint, BigInteger Accrued, BigInteger Claimable);

    private static Account OfBook(HolderBook book, Address holder)
    {
        var h = book.Of(holder);
        return new(h.Units, h.Checkpoint, h.Accrued, book.Claimable(holder));
    }

    private async Task<Account> OfChain(string claims, Hash32 lease, Address holder, long block)
    {
        var account = await Words(claims, block, new LeaseClaims.AccountOf { Id = lease.ToInteger(), Holder = holder.Value });
        var claimable = await Words(claims, block, new LeaseClaims.Claimable { Id = lease.ToInteger(), Holder = holder.Value });
        return new(account[0], account[1], account[2], claimable[0]);
    }

    private async Task<BigInteger[]> Words<T>(string to, long block, T message) where T : FunctionMessage
    {
        var answer = await node.Rpc.SendRequestAsync<string>("eth_call", null, new { to, data = message.GetCallData().ToHex(true) }, $"0x{block:x}");
        return [.. Convert.FromHexString(answer.AsSpan(2)).Chunk(32).Select(w => new BigInteger(w, isUnsigned: true, isBigEndian: true))];
    }

    /// <summary>One in four of the blocks that have events, and the last, each with the one before it.</summary>
    private static IEnumerable<(long After, long Number)> Sampled(Random random, List<long> blocks)
    {
        var chosen = blocks.Distinct().Order().ToList();
        var kept = chosen.Where(b => b == chosen[^1] || random.Next(4) == 0).Prepend(-1).ToList();
        return kept.Zip(kept.Skip(1));
    }

    private async Task<List<ChainLog>> Logs(string claims, long from)
    {
        var (logs, _) = await _client.Logs([new([Address.Parse(claims)], [])], from, (await node.Head()).Number);
        return [.. logs.Select(l => new ChainLog(
            ChainLog.PositionOf((long)l.BlockNumber.Value, (long)l.LogIndex.Value), (long)l.BlockNumber.Value, (long)l.LogIndex.Value, DateTimeOffset.UnixEpoch,
            Hash32.Parse(l.TransactionHash), Address.Parse(l.Address), [.. l.Topics.Select(t => t.ToString()!)], l.Data))];
    }

    private static Task<int> Project(ScratchDatabase scratch, IEnumerable<ChainLog> logs) => scratch.Write(async tx =>
    {
        foreach (var log in logs) await new ClaimProjector().Apply(tx, log);
        return 0;
    });

    private static Lease AsLease(WorldLease lease) => new(
        lease.Id, ProviderId.New(DateTimeOffset.UnixEpoch), SiteId.New(DateTimeOffset.UnixEpoch), lease.Terms, 0, null, null, null, null, DateTimeOffset.UnixEpoch);
}
