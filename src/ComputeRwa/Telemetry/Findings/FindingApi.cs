using System.Text.Json.Nodes;
using ComputeRwa.Db;
using ComputeRwa.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Telemetry.Findings;

/// <summary>A contradiction in what a GPU reported: something is wrong, it does not say who is.</summary>
/// <param name="Check">docs/telemetry-checks.md has them all</param>
/// <param name="To">the first second after it</param>
/// <param name="Evidence"><c>{figures,batches:[{sequence,hash}],of:{nodeId,gpuUuid,from,to,batches}}</c>; <c>of</c> is null where a GPU contradicts itself</param>
internal sealed record FindingView(
    string Id, long Epoch, string NodeId, string GpuUuid, string Check, string Explanation, DateTimeOffset From, DateTimeOffset To, DateTimeOffset FoundAt, JsonNode? Evidence)
{
    public static FindingView Of(FindingRow row) => new(
        row.Id, row.Epoch, row.NodeId.Value, row.GpuUuid, row.CheckName, Findings.Check.Find(row.CheckName)?.Explanation ?? "", DateTimeOffset.FromUnixTimeSeconds(row.FromSecond),
        DateTimeOffset.FromUnixTimeSeconds(row.ToSecond), row.FoundAt, JsonNode.Parse(row.Evidence));
}

internal static class FindingApi
{
    public static void MapFindings(this IEndpointRouteBuilder app) =>
        app.MapFeature("/v1/findings", "Telemetry").MapGet("/", List).WithSummary("Contradictions found in what GPUs reported, oldest first");

    private static async Task<Ok<Page<FindingView>>> List(Tx tx, string? node = null, long? epoch = null, string after = "", int limit = 100)
    {
        var rows = await FindingStore.List(tx, node, epoch, after, Paging.Clamp(limit));
        return TypedResults.Ok(Page.Of(rows.ConvertAll(FindingView.Of), limit, f => f.Id));
    }
}

internal static class FindingSetup
{
    /// <exception cref="InvalidOperationException">A setting is not acceptable; the message names it.</exception>
    public static void AddFindings(this IServiceCollection services, IConfiguration config)
    {
        services.AddSingleton(CheckSettings.Read(config));
        services.AddSingleton<Checker>();
        services.AddSingleton<CheckJob>();
        services.AddHostedService(s => s.GetRequiredService<CheckJob>());
    }
}
