using System.Globalization;

namespace ComputeRwa.Demo;

/// <summary>What every step of the story needs.</summary>
internal sealed record Stage(Api Api, DevelopmentChain Chain, Seed Seed, Keys Keys, ChainView Contracts, Action<string> Say)
{
    private const string PayToken = "testDollar";

    public string Token => Contracts.Contracts[PayToken];

    public Party Provider(int index) => Keys.Of($"provider {index}");
    public Party Lessee(int lease) => Keys.Of($"lessee {lease}");
    public Party Holder(int index) => Keys.Of($"holder {index}");
    public Party Node(int lessor, int index) => Keys.Of($"node {lessor}.{index}");

    /// <summary>The chain's number of the story's day.</summary>
    public long Epoch(int day) => World.FirstDay.AddDays(day).ToUnixTimeSeconds() / Contracts.EpochLength;

    /// <summary>Sends a command for the chain and waits until it is mined.</summary>
    public async Task<TransactionView> Write(string step, string path, object body) => await Mined((await Api.Post<WithId>(step, path, body)).Id);

    public async Task<TransactionView> Mined(string id)
    {
        var transaction = await Api.Until<TransactionView>($"/v1/transactions/{id}", t => t.State is "mined" or "final" or "failed", $"transaction {id}");
        return transaction.State != "failed" ? transaction
            : throw new DemoException($"Transaction {id} ({transaction.Kind} of {transaction.Subject}) failed: {transaction.Error}");
    }

    public async Task<List<TransactionView>> Mined(IEnumerable<string> ids)
    {
        var mined = new List<TransactionView>();
        foreach (var id in ids) mined.Add(await Mined(id));
        return mined;
    }

    public static string Rfc3339(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
