using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using Nethereum.Signer;

namespace ComputeRwa.Tests.Support;

/// <summary>Nodes and batches for tests, from a seed: the same seed makes the same samples.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-03-01T12:00:00Z", null);
    public static readonly EpochLength Day = new(86_400);

    /// <summary>A node of H100s whose key is made from its number.</summary>
    public static Node Node(int number, int gpus)
    {
        var at = Now.AddDays(-30);
        return new(NodeId.New(at), ProviderId.New(at), SiteId.New(at), $"node {number}", Hardware.Find("H100-SXM5-80GB")!, Address.Parse(Key(number).GetPublicAddress()),
            [.. Enumerable.Range(0, gpus).Select(i => Uuid(number, i))], at);
    }

    public static Task<Node> AddNode(this ScratchDatabase scratch, int number, int gpus) => scratch.Write(async tx =>
    {
        var node = Node(number, gpus);
        Assert.Empty(await NodeStore.Insert(tx, node));
        return node;
    });

    public static EthECKey Key(int number) => new(Keccak.Of(BitConverter.GetBytes(number)), true);

    public static string Uuid(int node, int gpu) => $"GPU-{node:x8}-0000-0000-0000-{gpu:x12}";

    public static Columns Random(Random random, int gpus, int samples, Node? node = null)
    {
        var model = node?.Model ?? Hardware.All[0];
        return Columns.Of(gpus, samples, [Column(10_000), Column(100), Column(model.MostMilliwatts), Column(model.MemoryMiB)]);

        int[] Column(int most)
        {
            // Some columns jump, some hardly move, some have gaps: what agents really send.
            var (step, gaps) = (random.Next(3) switch { 0 => most, 1 => most / 50 + 1, _ => 1 }, random.Next(3) == 0 ? 0.3 : 0);
            var value = random.Next(most + 1);
            var column = new int[gpus * samples];
            for (var i = 0; i < column.Length; i++)
            {
                value = Math.Clamp(value + random.Next(-step, step + 1), 0, most);
                column[i] = random.NextDouble() < gaps ? Columns.Missing : value;
            }
            return column;
        }
    }

    /// <summary>A post of these columns that the node's key has signed.</summary>
    public static PostBatch Signed(Node node, int key, long sequence, long from, int step, Hash32 previous, Columns columns)
    {
        var hash = Batch.HashOf(node.NodeKey, sequence, from, step, previous, columns);
        return new(node.Id.Value, sequence, DateTimeOffset.FromUnixTimeSeconds(from), step, previous.Value, columns.ToJson(), Sign(key, hash));
    }

    public static string Sign(int key, Hash32 hash) => new EthereumMessageSigner().Sign(hash.ToBytes(), Key(key));
}
