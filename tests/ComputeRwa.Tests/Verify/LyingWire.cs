using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace ComputeRwa.Tests.Verify;

/// <summary>Stands between the auditor's program and the node and alters what the node answers to one method.</summary>
/// <param name="lie">given the parameters and the result, gives what the program is told instead</param>
internal sealed class LyingWire(string method, Func<JsonNode, JsonNode, JsonNode?> lie) : DelegatingHandler(new SocketsHttpHandler())
{
    public int Lies { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var asked = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
        var response = await base.SendAsync(request, cancellationToken);
        var told = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!;
        foreach (var (question, answer) in asked is JsonArray many ? many.Select(q => (q!, told.AsArray().Single(a => (int)a!["id"]! == (int)q!["id"]!)!)) : [(asked, told)])
        {
            if ((string)question["method"]! != method || answer["result"] is not { } result) continue;
            var before = result.ToJsonString();
            answer["result"] = lie(question["params"]!, result.DeepClone());
            if (answer["result"]?.ToJsonString() != before) Lies++;
        }
        response.Content = new StringContent(told.ToJsonString(), Encoding.UTF8, "application/json");
        return response;
    }
}

/// <summary>A node made of a function.</summary>
internal sealed class FakeNode(Func<JsonNode, (HttpStatusCode Status, string Body)> answer) : HttpMessageHandler
{
    public List<JsonNode> Asked { get; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var asked = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
        Asked.Add(asked);
        var (status, body) = answer(asked);
        return new(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
    }
}
