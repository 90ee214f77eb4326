using System.Net;
using System.Net.Http.Json;
using System.Numerics;
using System.Text.Json.Nodes;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Settlement;
using ComputeRwa.Tests.Support;
using Nethereum.Signer;

namespace ComputeRwa.Tests.Settlement;

/// <summary>Epochs close in order, so each story has contracts of its own; all over real HTTP and a real node.</summary>
[Collection(HardhatCollection.Name)]
[Trait("engine", "both")]
public sealed class SettlementHttpTests(HardhatNode node) : IAsyncLifetime
{
    private readonly LeaseWorld _world = new(node);
    private SettlementStage _stage = null!;
    private TestApp App => _world.App;

    public async Task InitializeAsync()
    {
        await _world.InitializeAsync();
        _stage = new(_world);
    }

    public Task DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task An_epoch_goes_from_telemetry_to_cash_and_reconciles_at_every_step()
    {
        var (one, other) = (await _stage.AddNode(2), await _stage.AddNode(3));
        var (metered, epochs) = (await _stage.Lease(other, epochs: 1, noticeEpochs: 1, "metered"), await _world.PresentEpoch() + 1);
        var @fixed = await _stage.Lease(one, epochs: 2, noticeEpochs: 2);
        await _stage.Reconciled(true);

        await Refused.With(409, "not-ready", "epoch", App.Post($"/v1/epochs/{epochs}/close", new { }));
        await _stage.End(epochs);
        await Refused.With(404, "not-found", "epoch", App.Http.GetAsync($"/v1/epochs/{epochs}/file"));
        await Refused.With(404, "not-found", "epoch", App.Http.GetAsync($"/v1/epochs/{epochs}/attestation"));
        await _stage.Telemetry(one, epochs, missing: 2);
        await _stage.Telemetry(other, epochs, load: 7_000);
        var closed = await _stage.Close(epochs);
        Assert.Equal(closed.ToJsonString(), (await _stage.Close(epochs)).ToJsonString());
        Assert.Equal(("closed", 2), ((string)closed["status"]!, (int)closed["leases"]!));
        var late = new { nodeId = one.Id, sequence = 1, from = _stage.Length.StartOf(epochs).AddHours(22), stepSeconds = 3_600, previousHash = one.Head.Value, columns = Empty(2) };
        await Refused.With(409, "epoch-closed", null, App.Post("/v1/telemetry/batches", late));

        var report = await _stage.Check(epochs, null);
        Assert.True(report.Passed, report.ToText());
        Assert.Equal((string)(await App.Get($"/v1/epochs/{epochs}/attestation"))["digest"]!, "0x" + Convert.ToHexStringLower(report.Digest!));
        Assert.Equal((string)closed["dataHash"]!, Keccak.Hash(await _stage.File(epochs)).Value);

        await Refused.With(409, "not-ready", "epoch", App.Post($"/v1/epochs/{epochs}/sync", new { }, "too-early"));
        await _stage.Post(epochs);
        var posted = await App.Get($"/v1/epochs/{epochs}");
        Assert.Equal("active", (string)posted["status"]!);
        Assert.NotNull(posted["posted"]!["transactionHash"]);
        await _stage.Reconciled(true);

        await Refused.With(400, "idempotency-key-missing", "Idempotency-Key", App.Post($"/v1/epochs/{epochs}/sync", new { }));
        Assert.False((bool)(await Statement(epochs, @fixed))["synced"]!);
        Assert.Equal(1, await _stage.Sync(epochs));
        Assert.Equal(0, await _stage.Sync(epochs));
        await _stage.Reconciled(true);

        // Two of 24 hours are missing: 9,166 of 9,900 bps, ten times the gap is over the cap of 30 %.
        var statement = await Statement(epochs, @fixed);
        Assert.True((bool)statement["synced"]!);
        Assert.Equal("112800000", Value(statement, "gross", Rent.Parts)); // 48 GPU-hours at 2.35
        Assert.Equal("33840000", Value(statement, "slaCredit", Rent.Parts));
        Assert.Equal(Value(statement, "applied"), Value(statement, "cumulativeRent"));
        Assert.Equal(BigInteger.Parse(Value(statement, "applied")), new[] { "pool", "fee", "provider" }.Aggregate(BigInteger.Zero, (sum, s) => sum + BigInteger.Parse(Value(statement, s))));
        await ProofHolds(epochs, @fixed);
        await ProofHolds(epochs, metered);
        Assert.Equal((string)closed["rent"]!["amount"]!, Sum((await Statement(epochs, @fixed), await Statement(epochs, metered)), "cumulativeRent"));

        // The second epoch: the metered lease has ended and keeps its leaf.
        await _stage.End(epochs + 1);
        await _stage.Telemetry(one, epochs + 1);
        await _stage.Close(epochs + 1);
        Assert.True((await _stage.Check(epochs + 1, epochs)).Passed);
        await _stage.Post(epochs + 1);
        Assert.Equal(1, await _stage.Sync(epochs + 1));
        await Refused.With(404, "not-found", "epoch", App.Http.GetAsync($"/v1/epochs/{epochs + 1}/leases/{metered}/statement"));
        await ProofHolds(epochs + 1, metered);
        await _stage.Reconciled(true);
        var listed = (await App.Get("/v1/epochs?limit=1"))["items"]!.AsArray();
        Assert.Equal(epochs + 1, (long)Assert.Single(listed)!["epoch"]!);

        var feed = (await App.Get("/v1/events?limit=500"))["items"]!.AsArray().Select(e => (string)e!["type"]!).ToList();
        Assert.Equal((2, 2, 3), (feed.Count(t => t == "epoch.closed"), feed.Count(t => t == "epoch.posted"), feed.Count(t => t == "lease.synced")));
    }

    [Fact]
    public async Task Only_attestors_signatures_over_this_root_count()
    {
        var (stageNode, epoch) = (await _stage.AddNode(1), await _world.PresentEpoch() + 1);
        await _stage.Lease(stageNode, epochs: 3, noticeEpochs: 3);
        await _stage.End(epoch);
        await _stage.Close(epoch);
        var path = $"/v1/epochs/{epoch}/attestations";
        var good = await _stage.Signature(epoch, HardhatNode.DevelopmentKey(1));
        await Refused.With(400, "invalid", "signature", App.Post(path, new { signature = "0x12" }));
        await Refused.With(400, "invalid", "signature", App.Post(path, new { signature = "nonsense" }));
        await Refused.With(400, "invalid", "signature", App.Post(path, new { signature = good[..^2] + "05" }));
        await Refused.With(400, "invalid", "signature", App.Post(path, new { signature = Malleable(good) }));
        await Refused.With(400, "malformed", null, App.Post(path, new { sig = good }));
        await Refused.With(403, "wrong-signature", "signature", App.Post(path, new { signature = await _stage.Signature(epoch, _world.Lessee) }));
        await Refused.With(403, "wrong-signature", "signature", App.Post(path, new { signature = LeaseWorld.Sign(HardhatNode.DevelopmentKey(1), Keccak.Hash([1]).Value) }));
        await Refused.With(404, "not-found", "epoch", App.Post($"/v1/epochs/{epoch + 1}/attestations", new { signature = good }));
        Assert.Empty((await App.Get($"/v1/epochs/{epoch}/attestation"))["collected"]!.AsArray());

        await _stage.Attest(epoch, 2);
        var twice = await _stage.Attest(epoch, 2);
        Assert.Single(twice["collected"]!.AsArray());
        Assert.Null(twice["transactionId"]);
        Assert.Equal(3, twice["attestors"]!.AsArray().Count);
        var quorum = await _stage.Attest(epoch, 1);
        await App.Settled((string)quorum["transactionId"]!);
        var third = await _stage.Attest(epoch, 3);
        Assert.Equal((string)quorum["transactionId"]!, (string)third["transactionId"]!);
    }

    [Fact]
    public async Task A_quorum_that_comes_early_is_posted_behind_the_epoch_before()
    {
        var (stageNode, epoch) = (await _stage.AddNode(1), await _world.PresentEpoch() + 1);
        await _stage.Lease(stageNode, epochs: 3, noticeEpochs: 3);
        await _stage.End(epoch + 2);
        await _stage.Close(epoch);
        await Refused.With(409, "epoch-order", "epoch", App.Post($"/v1/epochs/{epoch + 2}/close", new { }));
        await _stage.Close(epoch + 1);
        await _stage.Attest(epoch + 1, 1);
        Assert.Null((await _stage.Attest(epoch + 1, 2))["transactionId"]);
        await _stage.Attest(epoch, 1);
        await App.Settled((string)(await _stage.Attest(epoch, 2))["transactionId"]!);
        await App.Settled((string)(await App.Get($"/v1/epochs/{epoch + 1}/attestation"))["transactionId"]!);
        Assert.Equal("active", (string)(await App.Get($"/v1/epochs/{epoch + 1}"))["status"]!);
        // Cumulative: the second epoch's leaf pays for both.
        await _stage.Sync(epoch + 1);
        await _stage.Reconciled(true);
    }

    [Fact]
    public async Task Arrears_are_applied_by_another_sync_once_the_escrow_is_funded()
    {
        var (stageNode, first) = (await _stage.AddNode(1), await _world.PresentEpoch() + 1);
        var lease = await _stage.Lease(stageNode, epochs: 3, noticeEpochs: 1);
        for (var epoch = first; epoch < first + 2; epoch++)
        {
            await _stage.End(epoch);
            await _stage.Telemetry(stageNode, epoch);
            await _stage.Close(epoch);
            await _stage.Post(epoch);
            await _stage.Sync(epoch);
            await _stage.Reconciled(true);
        }
        var second = await Statement(first + 1, lease);
        Assert.True(BigInteger.Parse((string)second["steps"]!.AsArray().Single(s => (string)s!["name"]! == "applied")!["inputs"]!["arrears"]!) > 0);
        await Fund(lease, "100");
        Assert.Equal(1, await _stage.Sync(first + 1));
        Assert.Equal("0.000000", (string)(await App.Get($"/v1/leases/{lease}"))["arrears"]!["amount"]!);
        Assert.Equal(0, await _stage.Sync(first + 1));
        await _stage.Reconciled(true);
    }

    [Fact]
    public async Task A_changed_row_is_named_with_its_table_block_and_both_values()
    {
        var (stageNode, epoch) = (await _stage.AddNode(1), await _world.PresentEpoch() + 1);
        var lease = await _stage.Lease(stageNode, epochs: 3, noticeEpochs: 3);
        await _stage.End(epoch);
        await _stage.Telemetry(stageNode, epoch);
        await _stage.Close(epoch);
        await _stage.Post(epoch);
        await _stage.Sync(epoch);
        await _stage.Reconciled(true);
        foreach (var (name, table, sql) in ((string, string, string)[])
        [
            ("leaves", "epoch_leaves.leaf_hash", "UPDATE epoch_leaves SET gpu_seconds = gpu_seconds + 1"),
            ("files", "epochs.data_hash", $"UPDATE epoch_files SET content = {(ScratchDatabase.IsPostgres ? @"'\x7b7d'" : "X'7b7d'")}"),
            ("applied", "lease_syncs.applied", "UPDATE lease_syncs SET applied = '1'"),
            ("funded", "lease_cash.amount", "UPDATE lease_cash SET amount = '1' WHERE kind = 'funded'"),
            ("holdings", "claim_transfers.units", "UPDATE claim_transfers SET units = '999999'"),
            ("posted-roots", "epochs.root", "UPDATE epoch_posts SET root = '0x1111111111111111111111111111111111111111111111111111111111111111'"),
            ("cap", "leases.cap_per_epoch", "UPDATE leases SET cap_per_epoch = '5'"),
        ])
        {
            await using var tx = App.Database.Write();
            await tx.Execute(sql);
            // Seen inside the transaction that is then forgotten, so that the next lie stands alone.
            Assert.True((await _world.Service<Reconciler>().Run(tx, 100)).Ok(out var found, out var error), error?.Message);
            var check = found.Checks.Single(c => c.Name == name);
            Assert.False(check.Balanced, name);
            var difference = check.Differences[0];
            Assert.Equal((table, found.Block.Number), (difference.Table, difference.Block));
            Assert.NotEqual(difference.Expected, difference.Actual);
            Assert.True(difference.Row.Contains(lease, StringComparison.Ordinal) || difference.Row.StartsWith($"{epoch}/", StringComparison.Ordinal), difference.Row);
        }
        await _stage.Reconciled(true);
    }

    [Fact]
    public async Task A_projection_that_lags_is_no_difference()
    {
        var (stageNode, epoch) = (await _stage.AddNode(1), await _world.PresentEpoch() + 1);
        await _stage.Lease(stageNode, epochs: 2, noticeEpochs: 2);
        await _stage.End(epoch);
        await _stage.Telemetry(stageNode, epoch);
        await _stage.Close(epoch);
        await _stage.Post(epoch);
        await _stage.Sync(epoch);
        await using var tx = App.Database.Write();
        // As if the leases' projector had not come to the sync yet, while the others have.
        var sync = await tx.Single<long>("SELECT MAX(position) FROM lease_syncs");
        await tx.Execute("DELETE FROM lease_syncs WHERE position = @sync", new { sync });
        await tx.Execute("UPDATE projector_cursors SET position = @before WHERE projector = 'leases'", new { before = sync - 1 });
        Assert.True((await _world.Service<Reconciler>().Run(tx, 100)).Ok(out var found, out _));
        Assert.True(found.Block.Number < sync / ComputeRwa.Chain.ChainLog.PositionsPerBlock);
        Assert.All(found.Checks, c => Assert.True(c.Balanced, $"{c.Name}: {c.Differences.FirstOrDefault()}"));
    }

    [Fact]
    public async Task Only_the_operator_closes_and_only_what_can_be_closed()
    {
        var epoch = await _world.PresentEpoch();
        await Refused.With(409, "not-ready", "epoch", App.Post($"/v1/epochs/{epoch - 1}/close", new { }));
        await Refused.With(400, "invalid", "epoch", App.Post("/v1/epochs/-1/close", new { }));
        await Refused.With(400, "invalid", "epoch", App.Post("/v1/epochs/4294967296/close", new { }));
        using var notANumber = await App.Post("/v1/epochs/abc/close", new { });
        Assert.Equal(HttpStatusCode.NotFound, notANumber.StatusCode);
        var key = (string)(await App.PostOk($"/v1/providers/{_world.ProviderId}/keys", new { }))["apiKey"]!;
        using var request = _world.Request(HttpMethod.Post, $"/v1/epochs/{epoch}/close", key);
        request.Content = JsonContent.Create(new { });
        using var client = new HttpClient();
        using var refused = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    private async Task ProofHolds(long epoch, string lease)
    {
        var proof = await App.Get($"/v1/epochs/{epoch}/leases/{lease}/proof");
        var root = Hash32.Parse((string)proof["root"]!);
        Assert.True(MerkleTree.Verify(root, Hash32.Parse((string)proof["leaf"]!), proof["proof"]!.AsArray().Select(h => Hash32.Parse((string)h!))));
        var v = proof["values"]!.AsArray().Select(x => (string)x!).ToList();
        var onChain = await _world.Chain.Ask<EpochLedger.LeafHash, byte[]>(Address.Parse(_world.Deployment.Contracts.EpochLedger), new()
        {
            Leaf = new()
            {
                LeaseId = BigInteger.Parse(v[0]), Epoch = uint.Parse(v[1]), Rent = BigInteger.Parse(v[2]), Remainder = ulong.Parse(v[3]), CreditParts = BigInteger.Parse(v[4]),
                GpuSeconds = ulong.Parse(v[5]), WattHours = ulong.Parse(v[6]), CurtailedSeconds = ulong.Parse(v[7]), HeatWattHours = ulong.Parse(v[8]), RecordHash = Hash32.Parse(v[9]).ToBytes(),
            },
        });
        Assert.Equal((string)proof["leaf"]!, Hash32.Of(onChain).Value);
        Assert.True(await _world.Chain.Ask<EpochLedger.IsActive, bool>(Address.Parse(_world.Deployment.Contracts.EpochLedger), new() { Epoch = (uint)epoch, Root = root.ToBytes() }));
    }

    private async Task Fund(string lease, string amount)
    {
        var order = new JsonObject { ["kind"] = "rent", ["amount"] = amount, ["payer"] = _world.Lessee.GetPublicAddress(), ["nonce"] = "77", ["deadline"] = 4_000_000_000 };
        var offer = await App.PostOk($"/v1/leases/{lease}/funding/typed-data", order);
        order["signature"] = LeaseWorld.Sign(_world.Lessee, (string)offer["funding"]!["digest"]!);
        order["permit"] = new JsonObject
        {
            ["value"] = (string)offer["permit"]!["typedData"]!["message"]!["value"]!, ["deadline"] = 4_000_000_000, ["signature"] = LeaseWorld.Sign(_world.Lessee, (string)offer["permit"]!["digest"]!),
        };
        await App.Settled((string)(await App.PostOk($"/v1/leases/{lease}/funding", order))["id"]!);
    }

    private Task<JsonNode> Statement(long epoch, string lease) => App.Get($"/v1/epochs/{epoch}/leases/{lease}/statement");

    private static string Value(JsonNode statement, string step, long per = 1) =>
        (BigInteger.Parse((string)statement["steps"]!.AsArray().Single(s => (string)s!["name"]! == step)!["value"]!) / per).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Sum((JsonNode, JsonNode) statements, string step)
    {
        var sum = BigInteger.Parse(Value(statements.Item1, step)) + BigInteger.Parse(Value(statements.Item2, step));
        return new Money(sum, new(Address.Zero, "", 6)).ToDecimal();
    }

    private static object Empty(int gpus)
    {
        int?[][] column = [.. Enumerable.Range(0, gpus).Select(_ => new int?[] { 1 })];
        return new { smActiveBps = column, gpuUtilPct = column, powerMilliwatts = column, memoryMiB = column };
    }

    /// <summary>The other s of the same signature, which ECDSA takes and the contracts do not.</summary>
    private static string Malleable(string signature)
    {
        var order = BigInteger.Parse("0fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", System.Globalization.NumberStyles.HexNumber);
        var s = order - Hash32.Parse("0x" + signature[66..130]).ToInteger();
        return signature[..66] + Hash32.Of(s).Value[2..] + (signature[130..] == "1b" ? "1c" : "1b");
    }
}
