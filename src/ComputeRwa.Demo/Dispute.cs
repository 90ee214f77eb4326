using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComputeRwa.Verify;

namespace ComputeRwa.Demo;

/// <summary>An epoch file whose leaves are not what its evidence gives, and what its authors sign: the file with the root that it states.</summary>
internal sealed record FalseEpoch(byte[] File, Struct Root)
{
    /// <summary>The true file with one lease's rent raised, and root and totals made to fit.</summary>
    public static FalseEpoch Of(byte[] file, string leaseId, BigInteger excess)
    {
        var json = JsonNode.Parse(file)!;
        var leaf = json["leases"]!.AsArray().Single(l => (string?)l!["leaseId"] == leaseId)!["leaf"]!;
        leaf["rent"] = (BigInteger.Parse((string)leaf["rent"]!, CultureInfo.InvariantCulture) + excess).ToString(CultureInfo.InvariantCulture);
        var stated = Stated(Bytes(json));
        json["root"] = Hashing.Hex(Hashing.Word(stated["root"]));
        json["totals"]!["rent"] = stated["rent"].ToString(CultureInfo.InvariantCulture);
        return new(Bytes(json), Stated(Bytes(json)));
    }

    private static byte[] Bytes(JsonNode json) => JsonSerializer.SerializeToUtf8Bytes(json);

    private static Struct Stated(byte[] bytes) => EpochCheck.AsStated(Files.Read<EpochFile>(bytes), bytes);
}

/// <summary>
/// A lie and its end: two attestors collude and post a false root past the API; a stranger recomputes what they published, finds the step
/// that is wrong and shows it to the contract, which cancels the root and takes the bond.
/// </summary>
internal static class Dispute
{
    private static readonly Lie Lie = World.Lie;

    /// <summary>Played between the first closing of an epoch and the second. What the chain says decides what is left to do.</summary>
    public static async Task Play(Stage stage, Leased lease, byte[]? previous)
    {
        var epoch = stage.Epoch(Lie.Day);
        if (stage.Contracts.ChallengeWindow == 0) throw new DemoException("Without a challenge window nobody could challenge: deploy with --window 21600.");
        var ledger = new Ledger(stage);
        if (await ledger.Attempt() == 0)
        {
            var file = await stage.Api.GetBytes($"/v1/epochs/{epoch}/file");
            var lie = FalseEpoch.Of(file, lease.Id, Lie.Excess);
            if (await ledger.LatestEpoch() < epoch) await Collude(stage, ledger, lie);
            var seen = await stage.Api.Until<EpochView>($"/v1/epochs/{epoch}", e => e.Status == "contested", "the false root to be seen");
            stage.Say($"attestors {string.Join(" and ", Lie.Liars.Select(l => l + 1))} collude: epoch {epoch} is contested, its root on chain is {seen.Posted!.Root[..10]} and should be {seen.Root[..10]}");
            await Challenge(stage, ledger, epoch, lie, await stage.Api.GetBytes($"/v1/epochs/{epoch}/evidence"), previous, file);
        }
        await Collect(stage, ledger);
        await stage.Api.Until<EpochView>($"/v1/epochs/{epoch}", e => e.Attempt > 0 || e.Status == "cancelled", "the cancellation to be seen");
        await stage.Api.Post<EpochView>($"close-{Lie.Day}-again", $"/v1/epochs/{epoch}/close", new { });
    }

    /// <summary>The auditor puts up a bond to be shown a step. Whoever answers has the bond: the operator, who has all data at hand.</summary>
    public static async Task Demand(Stage stage, Leased lease)
    {
        var (epoch, ledger) = (stage.Epoch(World.Demanded.Day), new Ledger(stage));
        var answers = $"/v1/transactions?kind=reveal&subject={epoch}";
        if ((await stage.Api.All<TransactionView>(answers)).Count == 0 && await ledger.DemandOf(epoch, lease.Id) == 0)
        {
            await ledger.PayBond(stage.Auditor);
            await ledger.DemandReveal(stage.Auditor, epoch, lease.Id);
        }
        var answer = (await stage.Api.Until<Page<TransactionView>>(answers, p => p.Items.Count > 0, "the demand to be answered")).Items.Single();
        await stage.Final(answer.Id);
        stage.Say($"{Lie.Auditor} demands to see lease {lease.Let.Name}'s step of epoch {epoch}: the API shows it at once, and the root waits a second window");
    }

    private static async Task Collude(Stage stage, Ledger ledger, FalseEpoch lie)
    {
        var digest = Shape.EpochRoot.Digest(lie.Root, "EpochLedger", stage.Contracts.ChainId, ledger.Address);
        var liars = Lie.Liars.Select(l => stage.Keys.Attestors[l]).OrderBy(l => l.Address.ToLowerInvariant(), StringComparer.Ordinal).ToList();
        await ledger.Post(liars[0], lie.Root, [.. liars.Select(l => l.SignDigest(digest))]);
    }

    /// <summary>
    /// The auditor has what anybody has: the file that the liars published, since a demand would cost them the root otherwise, the telemetry,
    /// and the step that the API shows of its own root.
    /// </summary>
    private static async Task Challenge(Stage stage, Ledger ledger, long epoch, FalseEpoch lie, byte[] evidence, byte[]? previous, byte[] file)
    {
        var report = EpochCheck.Run(lie.File, evidence, previous, await stage.Ends());
        var wrong = report.Findings.First(f => f.Code == "leaf").Where.Split(' ')[0];
        var step = await stage.Api.Get<StepView>($"/v1/epochs/{epoch}/leases/{wrong}/step");
        await ledger.Challenge(stage.Auditor, Hashing.Bytes(step.Challenge), Files.Read<EpochFile>(file).LeafOf(wrong).Encode(), Files.Read<EpochFile>(lie.File).LeafOf(wrong).Encode());
        stage.Say($"{Lie.Auditor} recomputes it, finds lease {wrong[..10]} wrong and challenges that step: the root is cancelled");
    }

    /// <summary>Half of the bond is the challenger's, to be fetched; the other half has burned.</summary>
    private static async Task Collect(Stage stage, Ledger ledger)
    {
        if (await ledger.CreditOf(stage.Auditor) == 0) return;
        await ledger.Collect(stage.Auditor);
        stage.Say($"{Lie.Auditor} collects its reward, {(decimal)await ledger.DollarsOf(stage.Auditor) / 1_000_000:N2} dollars of the attestors' bond");
    }
}

internal static class EpochFileReading
{
    /// <summary>A lease's leaf as the file states it.</summary>
    public static Struct LeafOf(this EpochFile file, string leaseId) => Struct.Read(Shape.EpochLeaf, file.Leases.Single(l => l.LeaseId == leaseId).Leaf);
}
