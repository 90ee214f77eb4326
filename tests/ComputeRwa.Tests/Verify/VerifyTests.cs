using System.Text.Json.Nodes;
using ComputeRwa.Kernel;
using ComputeRwa.Settlement;
using ComputeRwa.Tests.Support;
using ComputeRwa.Verify;
using Nethereum.Signer;

namespace ComputeRwa.Tests.Verify;

/// <summary>What the product publishes passes the auditor's own recomputation, and no planted lie does.</summary>
public sealed class VerifyTests
{
    private static Report Check(IReadOnlyList<PublishedEpoch> epochs, int index) =>
        EpochCheck.Run(epochs[index].File, epochs[index].Evidence, index == 0 ? null : epochs[index - 1].File);

    private static void Found(string code, string where, IReadOnlyList<PublishedEpoch> epochs, int index = 1)
    {
        var report = Check(epochs, index);
        Assert.False(report.Passed);
        Assert.True(report.Findings.Any(f => f.Code == code && f.Where.Contains(where, StringComparison.Ordinal)), report.ToText());
    }

    private static readonly int SmallSeed = Enumerable.Range(1, 1_000).First(HasSomethingToLieAbout);

    private static World Small() => new(SmallSeed, nodes: 3, leases: 3, epochs: 3);

    /// <summary>In the second and third epoch at least two leases are metered, the first for the second time, on a signed chain of batches.</summary>
    private static bool HasSomethingToLieAbout(int seed)
    {
        var world = new World(seed, nodes: 3, leases: 3, epochs: 3);
        var epochs = world.Close();
        return epochs.Skip(1).All(e => e.Closed.Leases.Count(l => l.Rent is { Net.IsZero: false, LoadBps: > 0 and < 10_000 }) > 1)
            && epochs[1].Closed.Leases[0] is { Rent: not null, Lease: { Previous: not null, Curtailments.Count: 0 } }
            && world.Nodes.Any(n => Signed(n) && epochs[1].Closed.Leases.Any(l => l.Rent is not null && l.Lease.Gpus.Any(g => g.NodeId == n.Id.Value)));
    }

    private static bool Signed(WorldNode node) =>
        node.Batches.Where(b => b.Epoch == World.FirstEpoch + 1).ToList() is { Count: >= 3 } batches && batches.All(b => b.Signature is not null);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_the_product_closes_passes_and_has_the_digest_that_attestors_sign(int seed)
    {
        var epochs = new World(seed, nodes: 1 + seed % 5, leases: 1 + seed % 4, epochs: 4).Close();
        for (var i = 0; i < epochs.Count; i++)
        {
            var report = Check(epochs, i);
            Assert.True(report.Passed, $"seed {seed} epoch {i}\n{report.ToText()}");
            Assert.Equal(epochs[i].Closed.Root, Hash32.Of(report.Root!["root"]));
            Assert.Equal(Attestation.Digest(RootMessage.Of(epochs[i].Closed, Keccak.Hash(epochs[i].File)), Deployments.Example).Value, Hashing.Hex(report.Digest!));
        }
    }

    public static IEnumerable<object[]> Seeds => Enumerable.Range(1, 24).Select(seed => new object[] { seed });

    [Fact]
    public void The_same_epoch_gives_the_same_bytes() => Assert.Equal(Small().Close()[1].File, Small().Close()[1].File);

    // Lies in the file

    [Theory]
    [InlineData("rent", "1")]
    [InlineData("remainder", "7")]
    [InlineData("creditParts", "360000000000")]
    [InlineData("gpuSeconds", "60")]
    [InlineData("wattHours", "1")]
    [InlineData("curtailedSeconds", "8")]
    [InlineData("heatWattHours", "3")]
    public void A_leaf_with_one_number_changed_is_found(string member, string by) => Found("leaf", member, Changed(Small(), 1, f => Add(f["leases"]![0]!["leaf"]!, member, by)));

    [Fact]
    public void Shaved_rent_is_found_though_the_tree_and_totals_fit_it()
    {
        var epochs = Small().Close();
        var shaved = epochs[1].Closed.Leases[0] is var first ? first.Leaf with { Rent = first.Leaf.Rent - 1 } : throw new InvalidOperationException();
        Found("leaf", ".rent", Resettled(epochs, leases => leases[0] = leases[0] with { Leaf = shaved, LeafHash = shaved.Hash() }));
    }

    [Fact]
    public void A_wrong_carry_is_found_though_the_tree_fits_it()
    {
        var epochs = Small().Close();
        var leaf = epochs[1].Closed.Leases[0].Leaf;
        var wrong = leaf with { Remainder = leaf.Remainder + 1 };
        Found("leaf", ".remainder", Resettled(epochs, leases => leases[0] = leases[0] with { Leaf = wrong, LeafHash = wrong.Hash() }));
    }

    [Fact]
    public void Swapped_leaves_are_found()
    {
        var epochs = Small().Close();
        Assert.True(epochs[2].Closed.Leases.Count > 1);
        Found("leaf", ".leaseId", Resettled(epochs, leases =>
        {
            (leases[0], leases[1]) = (leases[0] with { Leaf = leases[1].Leaf, LeafHash = leases[1].LeafHash }, leases[1] with { Leaf = leases[0].Leaf, LeafHash = leases[0].LeafHash });
        }, 2), 2);
    }

    [Fact]
    public void A_missing_lease_is_found_though_the_rest_fits() => Found("lease-missing", "", Resettled(Small().Close(), leases => leases.RemoveAt(0)));

    [Fact]
    public void Inflated_load_is_found_though_rent_and_leaf_follow_from_it()
    {
        var epochs = Small().Close((epoch, lease) => epoch == World.FirstEpoch + 1 && lease.Record is { } r ? lease with { Record = r with { LoadBps = (ushort)(r.LoadBps + 1) } } : lease);
        Found("record", ".loadBps", epochs);
    }

    [Fact]
    public void Energy_by_another_PUE_than_stated_is_found()
    {
        var epochs = Small().Close((epoch, lease) => epoch == World.FirstEpoch + 1 && lease.Record is not null ? lease with { PueBps = lease.PueBps + 500 } : lease);
        Found("record", ".facilityWattHours", epochs);
    }

    [Fact]
    public void A_PUE_that_no_site_can_have_is_found() => Found("site", "", Changed(Small(), 1, f => f["leases"]![0]!["pueBps"] = 9_999));

    [Theory]
    [InlineData("leases", "1")]
    [InlineData("rent", "1")]
    [InlineData("gpuSeconds", "1")]
    [InlineData("wattHours", "1")]
    public void A_false_total_is_found(string total, string by) => Found("totals", "totals", Changed(Small(), 1, f => Add(f["totals"]!, total, by)));

    [Fact]
    public void A_GPU_let_twice_in_one_epoch_is_found()
    {
        var epochs = new World(11, nodes: 3, leases: 2, epochs: 3, overlapping: true).Close();
        var index = epochs.FindIndex(e => e.Closed.Leases.Where(l => l.Rent is not null).SelectMany(l => l.Lease.Gpus).GroupBy(g => g.Uuid).Any(g => g.Count() > 1));
        Assert.True(index >= 0);
        Found("gpu-let-twice", "GPU-", epochs, index);
    }

    [Fact]
    public void Terms_that_were_not_signed_are_found() => Found("lease-id", "0x", Changed(Small(), 1, f => Add(f["leases"]![0]!["terms"]!, "price", "1")));

    [Fact]
    public void Other_GPUs_than_were_signed_for_are_found() =>
        Found("capacity", "0x", Changed(Small(), 1, f => f["leases"]![0]!["gpus"]![0]!["uuid"] = "GPU-ffffffff-0000-4000-8000-000000000000"));

    [Fact]
    public void A_rent_step_that_does_not_follow_is_found() => Found("rent", ".slaCredit", Changed(Small(), 1, f => Add(f["leases"]![0]!["rent"]!, "slaCredit", "1")));

    [Fact]
    public void A_previous_leaf_that_was_not_published_is_found() => Found("previous-leaf", ".rent", Changed(Small(), 1, f => Add(f["leases"]![0]!["previousLeaf"]!, "rent", "1")));

    [Fact]
    public void A_wrong_root_is_found() => Found("root", "root", Changed(Small(), 1, f => f["root"] = "0x" + new string('1', 64)));

    [Fact]
    public void A_previous_root_that_the_previous_leaves_do_not_give_is_found() =>
        Found("previous-root", "previousRoot", Changed(Small(), 1, f => f["previousRoot"] = "0x" + new string('1', 64)));

    [Fact]
    public void An_epoch_cannot_pass_as_the_first_without_the_one_before()
    {
        var report = EpochCheck.Run(Small().Close()[1].File, Small().Close()[1].Evidence, null);
        Assert.Contains(report.Findings, f => f.Code == "previous-root");
    }

    [Fact]
    public void Leaves_out_of_order_are_found()
    {
        var epochs = Small().Close();
        Found("lease-order", "leases", Resettled(epochs, leases => leases.Reverse(), 2), 2);
    }

    [Fact]
    public void A_curtailment_that_nobody_gave_notice_of_changes_the_record() =>
        Found("record", ".curtailedSeconds", Changed(Small(), 1, f => f["leases"]![0]!["curtailments"] = new JsonArray(new JsonObject
        {
            ["from"] = (World.FirstEpoch + 1) * World.EpochSeconds, ["to"] = (World.FirstEpoch + 2) * World.EpochSeconds,
        })));

    [Theory]
    [InlineData("""{"format":"computerwa-epoch/1"}""")]
    [InlineData("[]")]
    [InlineData("")]
    public void A_file_of_another_shape_is_malformed(string text)
    {
        var report = EpochCheck.Run(System.Text.Encoding.UTF8.GetBytes(text), Small().Close()[0].Evidence, null);
        Assert.Equal("malformed", Assert.Single(report.Findings).Code);
        Assert.Null(report.Digest);
    }

    [Fact]
    public void A_member_given_twice_is_malformed_because_readers_would_differ()
    {
        var epoch = Small().Close()[0];
        var twice = System.Text.Encoding.UTF8.GetString(epoch.File).Replace("\"attempt\":0", "\"attempt\":0,\"attempt\":1", StringComparison.Ordinal);
        Assert.Contains(EpochCheck.Run(System.Text.Encoding.UTF8.GetBytes(twice), epoch.Evidence, null).Findings, f => f.Code == "malformed");
    }

    [Fact]
    public void A_member_of_a_leaf_given_twice_is_malformed_too()
    {
        var epoch = Small().Close()[0];
        var text = System.Text.Encoding.UTF8.GetString(epoch.File);
        var twice = text.Replace("\"remainder\":", "\"remainder\":\"1\",\"remainder\":", StringComparison.Ordinal);
        Assert.NotEqual(text, twice);
        Assert.Contains(EpochCheck.Run(System.Text.Encoding.UTF8.GetBytes(twice), epoch.Evidence, null).Findings, f => f.Code == "malformed");
    }

    // Lies in the evidence

    [Fact]
    public void A_tampered_sample_is_found() => Found("batch-hash", "batch", InEvidence(Small(), b => b["columns"]!["powerMilliwatts"]![0]![0] = 123_456));

    [Fact]
    public void A_tampered_sample_with_its_hash_made_anew_is_found_by_the_signature()
    {
        var epochs = Small().Close();
        epochs[1] = epochs[1].WithEvidence(e =>
        {
            foreach (var node in e["nodes"]!.AsArray())
                foreach (var batch in node!["batches"]!.AsArray().Where(b => b!["signature"] is not null))
                {
                    batch!["columns"]!["powerMilliwatts"]![0]![0] = 1;
                    var made = new EvidenceBatch((long)batch["sequence"]!, (long)batch["from"]!, (long)batch["stepSeconds"]!, (string)batch["previousHash"]!, "", null,
                        System.Text.Json.JsonSerializer.Deserialize<Columns>(batch["columns"]!.ToJsonString(), System.Text.Json.JsonSerializerOptions.Web)!);
                    batch["hash"] = Hashing.Hex(BatchChain.HashOf(Hashing.Unhex((string)node["nodeKey"]!, 20), made));
                }
        });
        Found("batch-signature", "batch", epochs);
    }

    [Fact]
    public void A_forged_signature_is_found() => Found("batch-signature", "batch", InEvidence(Small(), b =>
        b["signature"] = new EthereumMessageSigner().Sign(Hashing.Unhex((string)b["hash"]!, 32), new EthECKey("0x" + new string('5', 64)))));

    [Fact]
    public void A_signature_that_is_none_is_found() => Found("batch-signature", "batch", InEvidence(Small(), b => b["signature"] = "0x" + new string('0', 128) + "1b"));

    [Fact]
    public void A_dropped_batch_is_found() => Found("record", ".evidenceHash", InNode(Small(), batches => batches.RemoveAt(batches.Count - 1)));

    [Fact]
    public void A_batch_dropped_from_the_middle_breaks_the_chain() => Found("batch-chain", "batch", InNode(Small(), batches => batches.RemoveAt(1)));

    [Fact]
    public void A_withheld_node_is_found() => Found("evidence", "GPU-", Mapped(Small(), e => e["nodes"]!.AsArray().Clear()));

    [Fact]
    public void Evidence_of_another_epoch_is_found() => Found("evidence", "epoch", Mapped(Small(), e => e["epoch"] = 5));

    [Fact]
    public void Samples_outside_the_epoch_are_never_metered() => Found("batch-time", "batch", InEvidence(Small(), b => b["stepSeconds"] = 4_000_000_000));

    [Fact]
    public void A_load_above_all_is_refused() => Found("batch-shape", "batch", InEvidence(Small(), b => b["columns"]!["smActiveBps"]![0]![0] = 10_001));

    private static List<PublishedEpoch> Changed(World world, int index, Action<JsonNode> change)
    {
        var epochs = world.Close();
        epochs[index] = epochs[index].WithFile(change);
        return epochs;
    }

    private static List<PublishedEpoch> Mapped(World world, Action<JsonNode> change)
    {
        var epochs = world.Close();
        epochs[1] = epochs[1].WithEvidence(change);
        return epochs;
    }

    /// <summary>Changes the batches of the first node that is let, has at least three and has signed them.</summary>
    private static List<PublishedEpoch> InNode(World world, Action<JsonArray> change) => Mapped(world, e => change(e["nodes"]!.AsArray()
        .Select(n => n!["batches"]!.AsArray()).First(b => b.Count >= 3 && b.All(x => x!["signature"] is not null))));

    private static List<PublishedEpoch> InEvidence(World world, Action<JsonNode> change) => InNode(world, batches => change(batches[0]!));

    /// <summary>An epoch whose root and totals fit changed leaves.</summary>
    private static List<PublishedEpoch> Resettled(List<PublishedEpoch> epochs, Action<List<SettledLease>> change, int index = 1)
    {
        var leases = epochs[index].Closed.Leases.ToList();
        change(leases);
        var closed = epochs[index].Closed with
        {
            Leases = leases,
            Root = MerkleTree.Of([.. leases.Select(l => l.LeafHash)]).Root,
            Totals = EpochTotals.Of([.. leases.Select(l => l.Leaf)]),
        };
        epochs[index] = new(closed, ComputeRwa.Settlement.EpochFile.Write(closed, Deployments.Example), epochs[index].Evidence);
        return epochs;
    }

    private static void Add(JsonNode node, string member, string by)
    {
        var value = System.Numerics.BigInteger.Parse(node[member]!.ToString(), System.Globalization.CultureInfo.InvariantCulture) + System.Numerics.BigInteger.Parse(by, System.Globalization.CultureInfo.InvariantCulture);
        node[member] = node[member]!.GetValueKind() == System.Text.Json.JsonValueKind.Number ? (long)value : value.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
