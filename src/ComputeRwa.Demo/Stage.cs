using System.Globalization;
using ComputeRwa.Verify;
using ComputeRwa.Verify.Reading;

namespace ComputeRwa.Demo;

/// <summary>What every step of the story needs.</summary>
/// <param name="Chain">the development node, as it is told what to do</param>
/// <param name="Rpc">the same, as anybody reads it</param>
internal sealed record Stage(Api Api, DevelopmentChain Chain, RpcNode Rpc, Seed Seed, Keys Keys, ChainView Contracts, Action<string> Say)
{
    public const string AuditorName = "auditor";
    private const string PayToken = "testDollar";

    public string Token => Contracts.Contracts[PayToken];

    public Party Provider(int index) => Keys.Of($"provider {index}");
    public Party Lessee(int lease) => Keys.Of($"lessee {lease}");
    public Party Holder(int index) => Keys.Of($"holder {index}");
    /// <summary>Somebody who has no part in any lease.</summary>
    public Party Auditor => Keys.Of(AuditorName);

    public Party HeatBuyer => Keys.Of("heat buyer");

    public Party Node(int lessor, int index) => Keys.Of($"node {lessor}.{index}");

    /// <summary>The chain's number of the story's day.</summary>
    public long Epoch(int day) => World.FirstDay.AddDays(day).ToUnixTimeSeconds() / Contracts.EpochLength;

    /// <summary>Sends a command for the chain and waits until it is final.</summary>
    public async Task<TransactionView> Write(string step, string path, object body) => await Final((await Api.Post<WithId>(step, path, body)).Id);

    /// <summary>Waits until a transaction is final: mined, and seen by every projection, so that what is read next knows of it.</summary>
    /// <exception cref="DemoException">It failed.</exception>
    public async Task<TransactionView> Final(string id)
    {
        var transaction = await Api.Until<TransactionView>($"/v1/transactions/{id}", t => t.State is "final" or "failed" or "replaced", $"transaction {id}");
        return transaction.State == "final" ? transaction
            : throw new DemoException($"Transaction {id} ({transaction.Kind} of {transaction.Subject}) {transaction.State}: {transaction.Error}");
    }

    /// <summary>Lets the challenge window of an epoch's root pass.</summary>
    public async Task PassWindow(long epoch)
    {
        var posted = await Api.Until<EpochView>($"/v1/epochs/{epoch}", e => e.Status is "posted" or "active", $"the root of epoch {epoch} to stand");
        await Chain.AdvanceTo(posted.Posted!.ActiveAt);
        await Api.Until<EpochView>($"/v1/epochs/{epoch}", e => e.Status == "active", $"the root of epoch {epoch} to be active");
    }

    /// <summary>Which leases have ended early, as the chain says.</summary>
    public Task<Ends> Ends() => EarlyEnds.Read(Rpc, DeploymentFile.Of(Contracts.ChainId, 0, Contracts.Contracts["leaseBook"], Contracts.Contracts["leaseClaims"], Contracts.Contracts["epochLedger"]));

    public async Task Final(IEnumerable<string> ids)
    {
        foreach (var id in ids) await Final(id);
    }

    public static string Rfc3339(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
