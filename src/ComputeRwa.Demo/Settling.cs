using ComputeRwa.Verify;

namespace ComputeRwa.Demo;

/// <summary>One epoch's root, once on chain.</summary>
internal sealed record Posted(byte[] File, TransactionView Transaction);

/// <summary>Fourth step, every day: close the epoch, let the attestors recompute it, post the root, wait for its challenge window, apply it, pay out.</summary>
internal static class Settling
{
    public static Task Close(Stage stage, int day) => stage.Api.Post<EpochView>($"close-{day}", $"/v1/epochs/{stage.Epoch(day)}/close", new { });

    /// <param name="previous">the epoch file before, which the attestors checked then</param>
    public static async Task<Posted> Attest(Stage stage, int day, byte[]? previous)
    {
        var epoch = stage.Epoch(day);
        var file = await stage.Api.GetBytes($"/v1/epochs/{epoch}/file");
        var evidence = await stage.Api.GetBytes($"/v1/epochs/{epoch}/evidence");
        var offer = await stage.Api.Get<Attestation>($"/v1/epochs/{epoch}/attestation");
        var ends = await stage.Ends();
        var signatures = await Task.WhenAll(stage.Keys.Attestors.Select(a => Task.Run(() => Recompute(a, file, evidence, previous, ends, offer))));
        // All three check; a quorum of two posts, another two each day.
        Attestation? answer = null;
        for (var i = 0; i < offer.Threshold; i++)
        {
            var attestor = (day + i) % signatures.Length;
            answer = await stage.Api.Post<Attestation>($"attest-{day}-{attestor}", $"/v1/epochs/{epoch}/attestations", new { signature = signatures[attestor] });
        }
        var transaction = await stage.Final(answer?.TransactionId ?? throw new DemoException($"Epoch {epoch} has its quorum, and yet its root was not posted."));
        return new(file, transaction);
    }

    /// <summary>An attestor trusts nothing but the node keys' signatures and the chain: it signs the root that its own arithmetic finds.</summary>
    private static string Recompute(Party attestor, byte[] file, byte[] evidence, byte[]? previous, Ends ends, Attestation offer)
    {
        var report = EpochCheck.Run(file, evidence, previous, ends);
        if (!report.Passed) throw new DemoException($"{attestor.Name} refuses to sign: {report.ToText()}");
        if (!string.Equals("0x" + Convert.ToHexStringLower(report.Digest!), offer.Digest, StringComparison.OrdinalIgnoreCase))
            throw new DemoException($"{attestor.Name} recomputed {Convert.ToHexStringLower(report.Digest!)} but is asked to sign {offer.Digest}.");
        return attestor.Sign(new(offer.TypedData, offer.Digest));
    }

    public static async Task Sync(Stage stage, int day)
    {
        var sent = await stage.Api.Post<SyncAnswer>($"sync-{day}", $"/v1/epochs/{stage.Epoch(day)}/sync", new { });
        await stage.Final(sent.Transactions.Select(t => t.Id));
    }

    /// <summary>Everybody who is owed something of the leases that earned today: holders, the provider as holder, the provider as lessor.</summary>
    public static async Task<int> PayOut(Stage stage, int day, IEnumerable<Leased> leases)
    {
        var sent = new List<string>();
        foreach (var lease in leases.Where(l => day <= l.LastDay))
        {
            foreach (var holder in Holders(stage, lease))
                sent.Add((await stage.Api.Post<WithId>($"claim-{day}-{lease.Let.Name}-{holder.Name}", "/v1/claims", new { leaseId = lease.Id, holder = holder.Address })).Id);
            sent.Add((await stage.Api.Post<WithId>($"pay-{day}-{lease.Let.Name}", $"/v1/leases/{lease.Id}/provider-payments", new { })).Id);
        }
        await stage.Final(sent);
        return sent.Count;
    }

    private static IEnumerable<Party> Holders(Stage stage, Leased lease)
    {
        var buyers = World.Holders.Select((_, i) => stage.Holder(i));
        return lease.Let.Holdings.Sum() < lease.Let.Units ? buyers.Append(lease.Site.Provider) : buyers;
    }

    /// <summary>After its last epoch a lease gives the lessee back what it did not use.</summary>
    public static async Task Refund(Stage stage, Leased lease) => await stage.Write($"refund-{lease.Let.Name}", $"/v1/leases/{lease.Id}/refunds", new { });

    public static async Task CollectFee(Stage stage, Leased lease) => await stage.Write($"fee-{lease.Let.Name}", $"/v1/leases/{lease.Id}/fee-collections", new { });
}
