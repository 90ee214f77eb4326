using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ComputeRwa.Tests.Support;

/// <summary>A real node seen through a wire over which things go wrong in a chosen way.</summary>
public sealed class FaultyNode : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _node;

    private FaultyNode(WebApplication app, Uri node)
    {
        (_app, _node) = (app, new HttpClient { BaseAddress = node });
        app.MapPost("/", (Delegate)Answer);
    }

    public Uri Url => new(_app.Urls.Single());

    /// <summary>Answers every request with this status; 0 for none.</summary>
    public int Status { get; set; }

    /// <summary>Takes the request and never answers it.</summary>
    public bool Silent { get; set; }

    /// <summary>Blocks above it are not known here; null for all.</summary>
    public long? Knows { get; set; }

    /// <summary>Changes what the node answers, item by item: the request, and its answer with a result or an error.</summary>
    public Action<JsonNode, JsonNode>? Lie { get; set; }

    /// <summary>Answers of a batch that never come.</summary>
    public Func<JsonNode, bool>? Loses { get; set; }

    public int Requests { get; private set; }

    /// <summary>Methods of the latest request.</summary>
    public IReadOnlyList<string> Asked { get; private set; } = [];

    public static async Task<FaultyNode> Before(Uri node)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var faulty = new FaultyNode(app, node);
        await app.StartAsync();
        return faulty;
    }

    public Task Stop() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _node.Dispose();
    }

    private async Task<IResult> Answer(HttpContext http)
    {
        Requests++;
        if (Silent) await Task.Delay(Timeout.Infinite, http.RequestAborted);
        if (Status != 0) return Results.StatusCode(Status);
        var asked = (await JsonNode.ParseAsync(http.Request.Body))!;
        Asked = [.. Items(asked).Select(one => (string)one["method"]!)];
        foreach (var one in Items(asked)) MakeStale(one);
        using var response = await _node.PostAsync((string?)null, new StringContent(asked.ToJsonString(), null, "application/json"));
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        foreach (var (one, its) in Items(asked).Zip(Items(answer))) Change(one, its);
        if (Loses is not null && answer is JsonArray batch)
            foreach (var (_, its) in Items(asked).Zip(Items(answer)).Where(pair => Loses(pair.First)).ToList()) batch.Remove(its);
        return Results.Text(answer.ToJsonString(), "application/json");
    }

    private static IEnumerable<JsonNode> Items(JsonNode message) => message is JsonArray many ? many.OfType<JsonNode>() : [message];

    private void MakeStale(JsonNode asked)
    {
        if (Knows is { } last && (string?)asked["method"] == "eth_getBlockByNumber" && (string?)asked["params"]![0] == "latest") asked["params"]![0] = $"0x{last:x}";
    }

    private void Change(JsonNode asked, JsonNode answer)
    {
        if (Knows is { } last && (string?)asked["method"] == "eth_getBlockByNumber" && answer["result"]?["number"] is { } number && Convert.ToInt64((string)number!, 16) > last)
            answer["result"] = null;
        Lie?.Invoke(asked, answer);
    }
}
