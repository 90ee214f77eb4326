using System.Text;
using System.Text.Json.Nodes;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Telemetry;

/// <summary>What the evidence of an epoch says of a node's keys.</summary>
[Trait("engine", "both")]
public class SigningKeyEvidenceTests
{
    private const int Own = 21, Second = 22, Third = 23, Account = 24;
    private static readonly long Epoch = Samples.Day.EpochOf(Samples.Now) - 3;
    private static readonly long Start = Epoch * 86_400;

    [Fact]
    public async Task Evidence_of_a_node_whose_own_key_signs_has_the_bytes_it_always_had()
    {
        await using var scratch = await ScratchDatabase.Make();
        var node = await scratch.AddNode(Own, 1);
        var columns = Columns.Of(1, 2, [[5_000, Columns.Missing], [50, 51], [300_000, 310_000], [1_000, 1_001]]);
        var hash = await Append(scratch, 0, Start, Hash32.Zero, Own, columns);
        var expected = $$$"""
            {"epoch":{{{Epoch}}},"nodes":[{"nodeId":"{{{node.Id}}}","nodeKey":"{{{node.NodeKey}}}","gpuUuids":["{{{node.GpuUuids[0]}}}"],"batches":[{"sequence":0,"from":{{{Start}}},
            "stepSeconds":60,"previousHash":"{{{Hash32.Zero}}}","hash":"{{{hash}}}","signature":"{{{Samples.Sign(Own, hash)}}}",
            "columns":{"smActiveBps":[[5000,null]],"gpuUtilPct":[[50,51]],"powerMilliwatts":[[300000,310000]],"memoryMiB":[[1000,1001]]}}]}]}
            """.Replace("\n", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal);
        Assert.Equal(expected, await Evidence(scratch, node, Epoch));
        // A key that signs only what comes later changes nothing of it.
        await Replace(scratch, node, 1, 1, Second, Own);
        await Append(scratch, 1, Start + 86_400, hash, Second, columns);
        Assert.Equal(expected, await Evidence(scratch, node, Epoch));
    }

    [Fact]
    public async Task An_epoch_s_evidence_has_the_keys_up_to_the_last_that_signs_in_it_also_those_that_never_did()
    {
        await using var scratch = await ScratchDatabase.Make();
        var node = await scratch.AddNode(Own, 1);
        var columns = Samples.Random(new(1), 1, 5);
        var head = await Append(scratch, 0, Start, Hash32.Zero, Own, columns);
        await Replace(scratch, node, 1, 700, Second, Own);
        await Replace(scratch, node, 2, 1, Third, Account); // before the other was to begin
        head = await Append(scratch, 1, Start + 600, head, Third, columns);
        await Replace(scratch, node, 3, 2, Account, Third);
        await Append(scratch, 2, Start + 86_400, head, Account, columns);

        var keys = JsonNode.Parse(await Evidence(scratch, node, Epoch))!["nodes"]![0]!["signingKeys"]!.AsArray();
        Assert.Equal([(1, 700, Second), (2, 1, Third)], keys.Select(k => ((int)k!["number"]!, (int)k["fromSequence"]!, Enumerable.Range(Own, 4).Single(n => SigningKeyTests.AddressOf(n).Value == (string)k["key"]!))));
        var digest = new SigningKey(2, 1, SigningKeyTests.AddressOf(Third)).Digest(node.NodeKey);
        Assert.Equal((Samples.Sign(Account, digest), Samples.Sign(Third, digest)), ((string)keys[1]!["authorisation"]!, (string)keys[1]!["possession"]!));
        Assert.Equal(3, JsonNode.Parse(await Evidence(scratch, node, Epoch + 1))!["nodes"]![0]!["signingKeys"]!.AsArray().Count);
        Assert.Null(JsonNode.Parse(await Evidence(scratch, node, Epoch + 2))!["nodes"]![0]!["signingKeys"]);
    }

    [Fact]
    public async Task Keys_outlast_the_samples_that_they_signed()
    {
        await using var scratch = await ScratchDatabase.Make();
        var node = await scratch.AddNode(Own, 1);
        await Replace(scratch, node, 1, 0, Second, Own);
        await Append(scratch, 0, Start, Hash32.Zero, Second, Samples.Random(new(1), 1, 5));
        await scratch.Write(tx => SampleStore.DropThrough(tx, Epoch | (SampleStore.EpochsOfAPart - 1)));
        Assert.Null((await scratch.Read(tx => TelemetryStore.Find(tx, node.Id, 0)))!.Signature);
        Assert.Equal(Second, Enumerable.Range(Own, 4).Single(n => SigningKeyTests.AddressOf(n) == scratch.Read(tx => NodeStore.Find(tx, node.Id)).Result!.KeyAt(0)));
    }

    private static async Task<Hash32> Append(ScratchDatabase scratch, long sequence, long from, Hash32 previous, int key, Columns columns)
    {
        var node = (await scratch.Read(tx => NodeStore.List(tx, null, "", 1)))[0];
        Assert.True(Batch.Read(Samples.Signed(node, key, sequence, from, 60, previous, columns), node, Samples.Day, Samples.Now).Ok(out var batch, out var error), error?.Message);
        var verdict = await scratch.Write(tx => TelemetryStore.Append(tx, batch, PackedBatch.Of(batch), Samples.Now));
        Assert.True(verdict.Ok(out var appended, out error) && appended.Status == "accepted", error?.Message);
        return batch.Hash;
    }

    private static async Task Replace(ScratchDatabase scratch, Node node, long number, long from, int key, int by)
    {
        var asked = new SigningKey(number, from, SigningKeyTests.AddressOf(key));
        var replaced = await scratch.Write(tx => SigningKeyApi.Replace(tx, node.Id, asked, SigningKeyTests.Proof(node, asked, by, key), SigningKeyTests.AddressOf(Account), Samples.Now));
        Assert.True(replaced.Ok(out _, out var error), error?.Message);
    }

    private static Task<string> Evidence(ScratchDatabase scratch, Node node, long epoch) => scratch.Read(async tx =>
    {
        using var stream = new MemoryStream();
        await EvidenceStore.Write(tx, epoch, [node.Id], stream, default);
        return Encoding.UTF8.GetString(stream.ToArray());
    });
}
