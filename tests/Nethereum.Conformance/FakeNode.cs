using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Nethereum.JsonRpc.Client;

namespace Nethereum.Conformance;

/// <summary>A real HTTP server that answers as a test tells it to.</summary>
internal sealed class FakeNode : IAsyncDisposable
{
    private readonly WebApplication _server;

    private FakeNode(WebApplication server) => _server = server;

    public Uri Url => new(_server.Urls.First());

    public RpcClient Client => new(Url);

    public static async Task<FakeNode> StartAsync(Func<JsonNode, HttpContext, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        server.Run(async context => await answer((await JsonNode.ParseAsync(context.Request.Body))!, context));
        await server.StartAsync();
        return new FakeNode(server);
    }

    /// <summary>The body, whatever was asked.</summary>
    public static Task<FakeNode> Saying(string body, int status = StatusCodes.Status200OK) => StartAsync((_, context) =>
    {
        context.Response.StatusCode = status;
        return Json(context, body);
    });

    /// <summary>A result for each method; methods that are not listed fail.</summary>
    public static Task<FakeNode> Knowing(Func<string, JsonArray, JsonNode?> results, List<string>? asked = null) =>
        StartAsync((request, context) =>
    {
        var method = request["method"]!.GetValue<string>();
        asked?.Add(method);
        var answer = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = request["id"]!.DeepClone(), ["result"] = results(method, request["params"]!.AsArray()) };
        return Json(context, answer.ToJsonString());
    });

    public static async Task Json(HttpContext context, string body)
    {
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
