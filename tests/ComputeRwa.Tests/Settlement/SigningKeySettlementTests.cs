using System.Text.Json.Nodes;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Tests.Support;
using ComputeRwa.Verify;
using Nethereum.Signer;

namespace ComputeRwa.Tests.Settlement;

/// <summary>A key is replaced in the middle of an epoch that is settled: from the batches over HTTP to the auditor's own word on the evidence.</summary>
[Collection(HardhatCollection.Name)]
[Trait("engine", "both")]
public sealed class SigningKeySettlementTests(HardhatNode node) : IAsyncLifetime
{
    private readonly LeaseWorld _world = new(node);
    private SettlementStage _stage = null!;

    public async Task InitializeAsync()
    {
        await _world.InitializeAsync();
        _stage = new(_world);
    }

    public Task DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task An_epoch_in_which_a_key_was_replaced_is_attested_and_passes_and_its_evidence_without_the_replacement_does_not()
    {
        var (lost, kept) = (await _stage.AddNode(1), await _stage.AddNode(1));
        var epoch = await _world.PresentEpoch() + 1;
        await _stage.Lease(lost, epochs: 2, noticeEpochs: 2);
        await _stage.Lease(kept, epochs: 2, noticeEpochs: 2);
        await _stage.End(epoch);
        await _stage.Telemetry(kept, epoch);
        await _stage.Telemetry(lost, epoch, missing: 12);
        await Replace(lost, 1, HardhatNode.UsableKey(), by: _world.Provider);
        await _stage.Telemetry(lost, epoch, first: 12);
        await _stage.Close(epoch);

        var report = await _stage.Check(epoch, null);
        Assert.True(report.Passed, report.ToText());
        var (file, evidence) = (await _stage.File(epoch), await _stage.App.Http.GetByteArrayAsync($"/v1/epochs/{epoch}/evidence"));
        Assert.All(JsonNode.Parse(file)!["leases"]!.AsArray(), lease => Assert.Equal(1, (int)lease!["record"]!["trust"]!));
        var stated = JsonNode.Parse(evidence)!;
        Assert.Equal([lost.Id], stated["nodes"]!.AsArray().Where(n => n!["signingKeys"] is not null).Select(n => (string)n!["nodeId"]!));
        stated["nodes"]!.AsArray().Single(n => (string)n!["nodeId"]! == lost.Id)!.AsObject().Remove("signingKeys");
        var without = EpochCheck.Run(file, System.Text.Encoding.UTF8.GetBytes(stated.ToJsonString()), null);
        Assert.Contains(without.Findings, f => f.Code == "batch-signature" && f.Where.StartsWith(lost.Id, StringComparison.Ordinal));
        Assert.Contains(without.Findings, f => f.Code == "record" && f.Where.EndsWith(".trust", StringComparison.Ordinal));

        // The next epoch is signed by a key that the lost one's successor named; what was published stays as it was.
        await Replace(lost, 2, HardhatNode.UsableKey(), by: lost.Signer);
        await _stage.End(epoch + 1);
        await _stage.Telemetry(lost, epoch + 1);
        await _stage.Telemetry(kept, epoch + 1);
        await _stage.Close(epoch + 1);
        report = await _stage.Check(epoch + 1, epoch);
        Assert.True(report.Passed, report.ToText());
        Assert.Equal(evidence, await _stage.App.Http.GetByteArrayAsync($"/v1/epochs/{epoch}/evidence"));
    }

    private async Task Replace(StageNode machine, long number, EthECKey next, EthECKey by)
    {
        var key = new SigningKey(number, machine.Sequence, Address.Parse(next.GetPublicAddress()));
        var digest = key.Digest(Address.Parse(machine.Key.GetPublicAddress())).ToBytes();
        var sign = new EthereumMessageSigner();
        await _stage.App.PostOk($"/v1/nodes/{machine.Id}/signing-keys", new { number, fromSequence = key.FromSequence, key = key.Key.Value, authorisation = sign.Sign(digest, by), possession = sign.Sign(digest, next) });
        machine.Signer = next;
    }
}
