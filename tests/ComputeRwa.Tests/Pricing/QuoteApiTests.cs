using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using ComputeRwa.Pricing;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Pricing;

[Collection(SharedApi.Name)]
[Trait("engine", "both")]
public sealed class QuoteApiTests(SharedApi shared) : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = TimeProvider.System.Now();

    // Regions that only one test has.
    private readonly string _region = $"T-{Guid.NewGuid():n}"[..20];
    private FleetClient _fleet = null!;

    private PostQuote Good => new("H100-SXM5-80GB", _region, "2.49", Now.AddHours(-1), Now.AddHours(1), "desk");

    public async Task InitializeAsync() => _fleet = await FleetClient.Join(shared.App);

    public Task DisposeAsync()
    {
        _fleet.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_posted_quote_is_answered_in_the_pay_token_and_listed_until_it_expires()
    {
        var quote = await FleetClient.Ok(await Post(Good));
        Assert.Equal(("2.490000", "tUSD"), ((string)quote["pricePerGpuHour"]!["amount"]!, (string)quote["pricePerGpuHour"]!["currency"]!));
        await FleetClient.Ok(await Post(Good with { GpuModel = "H200-SXM5-141GB" }));
        await FleetClient.Ok(await Post(Good with { Region = "DE-FRA" }));
        Assert.Equal(2, (await List($"?region={_region}")).Count);
        Assert.Equal(quote.ToJsonString(), Assert.Single(await List($"?gpuModel=H100-SXM5-80GB&region={_region}"))!.ToJsonString());
        Assert.Equal(quote.ToJsonString(), (await _fleet.Get($"/v1/quotes/{quote["id"]}")).ToJsonString());

        await using (var tx = shared.App.Database.Write())
        {
            await QuoteStore.Insert(tx, new(QuoteId.New(Now), "L40S-PCIE-48GB", _region, 1, Now.AddHours(-2), Now.AddHours(-1), "desk", Now));
            await tx.Commit();
        }
        Assert.Equal(2, (await List($"?region={_region}")).Count);
    }

    [Fact]
    public async Task A_bad_quote_is_refused_by_the_name_of_its_field_and_nothing_is_stored()
    {
        await FleetClient.Refused(HttpStatusCode.BadRequest, "invalid", "gpuModel", await Post(Good with { GpuModel = "H100" }));
        await FleetClient.Refused(HttpStatusCode.BadRequest, "invalid", "pricePerGpuHour", await Post(Good with { PricePerGpuHour = "0" }));
        await FleetClient.Refused(HttpStatusCode.BadRequest, "invalid", "validUntil", await Post(Good with { ValidUntil = Now.AddMinutes(-1) }));
        await FleetClient.Refused(HttpStatusCode.NotFound, "not-found", null, await _fleet.Http.GetAsync("/v1/quotes/quote_x"));
        Assert.Empty(await List($"?region={_region}"));
    }

    private Task<HttpResponseMessage> Post(PostQuote quote) => _fleet.Http.PostAsJsonAsync("/v1/quotes", quote);

    private async Task<JsonArray> List(string query) => (await _fleet.Get($"/v1/quotes{query}"))["items"]!.AsArray();
}
