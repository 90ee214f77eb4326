using System.Net;
using System.Text.Json.Nodes;

namespace ComputeRwa.Tests.Chain;

/// <summary>What goes wrong at one request of a replica.</summary>
internal enum Fault
{
    /// <summary>The connection is dropped before the request arrives.</summary>
    Refused,
    /// <summary>It is carried out, and the answer is lost.</summary>
    AnswerLost,
    TimedOut,
    TooManyRequests,
    ServerError,
    /// <summary>It is carried out twice.</summary>
    Twice,
    /// <summary>Of a batch's answers one is missing.</summary>
    OneLost,
    /// <summary>The node refuses each item with words of its own.</summary>
    Errors,
    /// <summary>The replica stands still before the request is sent.</summary>
    StopsBefore,
    /// <summary>The replica stands still when it has been carried out, and has not read the answer.</summary>
    StopsAfter,
}

/// <summary>A replica's way to its nodes, which are one node seen with different delays.</summary>
/// <param name="onSend">looks at raw transactions before they go out</param>
internal sealed class SimulatedWire(SimulatedChain chain, Func<IReadOnlyList<string>, Task> onSend) : HttpMessageHandler
{
    public static Uri NodeUrl(int index) => new($"http://node-{index}/");

    private static readonly string[] SendRefusals = ["txpool is full", "already known", "replacement transaction underpriced", "nonce too low", "internal error"];

    private int _requests;
    private (Fault Fault, int At)? _planned;
    private TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Blocks by which each node lags behind.</summary>
    public int[] Lags { get; } = new int[3];

    public bool WrongChain { get; set; }

    /// <summary>Faults that have happened.</summary>
    public int Happened { get; private set; }

    public Task Stopped => _stopped.Task;

    /// <param name="after">how many requests pass before it</param>
    public void Plan(Fault fault, int after) => _planned = (fault, _requests + 1 + after);

    /// <summary>What was planned and has not happened does not happen any more.</summary>
    public void Clear() => _planned = null;

    public void GoOn()
    {
        var goOn = _goOn;
        _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        goOn.SetResult();
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var number = ++_requests; // before anything is awaited, so that requests which are sent at once are numbered in their order
        Fault? fault = _planned is { } planned && planned.At == number ? planned.Fault : null;
        if (fault is not null) (_planned, Happened) = (null, Happened + 1);
        var asked = JsonNode.Parse(await request.Content!.ReadAsStringAsync(CancellationToken.None))!;
        var raws = Items(asked).Where(IsSend).Select(one => (string)one["params"]![0]!).ToList();
        if (raws.Count > 0) await onSend(raws);
        var lag = Lags[request.RequestUri!.Host[^1] - '0'];
        switch (fault)
        {
            case Fault.Refused: throw new HttpRequestException("The connection was refused.");
            case Fault.TooManyRequests: return new(HttpStatusCode.TooManyRequests);
            case Fault.ServerError: return new(HttpStatusCode.BadGateway);
            case Fault.TimedOut when number % 2 == 0: throw new TaskCanceledException("No answer in time.", new TimeoutException());
            case Fault.Errors: return Answer(Refuse(asked, number));
            case Fault.StopsBefore: await Stop(); break;
            case Fault.Twice: await Pass(asked.DeepClone(), lag); break;
        }
        var answer = await Pass(asked, lag);
        switch (fault)
        {
            case Fault.AnswerLost: throw new HttpRequestException("The connection was dropped before the answer.");
            case Fault.TimedOut: throw new TaskCanceledException("No answer in time.", new TimeoutException());
            case Fault.StopsAfter: await Stop(); break;
            case Fault.OneLost when answer is JsonArray { Count: > 1 } batch: batch.RemoveAt(number % batch.Count); break;
        }
        return Answer(answer);
    }

    private Task Stop()
    {
        _stopped.SetResult();
        return _goOn.Task;
    }

    private async Task<JsonNode> Pass(JsonNode asked, int lag)
    {
        var known = Math.Max(chain.Base, chain.Head - lag);
        if (lag > 0)
            foreach (var one in Items(asked)) AskEarlier(one, known);
        var answer = await chain.Post(asked);
        foreach (var (one, its) in Items(asked).Zip(Items(answer)))
        {
            if (IsSend(one) && its["result"] is { } hash) chain.Took((string)hash!, (string)one["params"]![0]!);
            if (WrongChain && (string?)one["method"] == "eth_chainId") its["result"] = "0x1";
            if (lag > 0) Forget(one, its, known);
        }
        return answer;
    }

    private static void AskEarlier(JsonNode asked, long known)
    {
        var at = (string?)asked["method"] switch
        {
            "eth_getBlockByNumber" => 0,
            "eth_getTransactionCount" or "eth_call" => 1,
            _ => -1,
        };
        if (at >= 0 && (string?)asked["params"]![at] is "latest" or "pending") asked["params"]![at] = $"0x{known:x}";
    }

    private static void Forget(JsonNode asked, JsonNode answer, long known)
    {
        if (answer["result"] is not { } result) return;
        if ((string?)asked["method"] == "eth_getLogs")
            answer["result"] = new JsonArray([.. result.AsArray().Where(l => SimulatedChain.Number(l!["blockNumber"]) <= known).Select(l => l!.DeepClone())]);
        else if ((string?)asked["method"] == "eth_getBlockByNumber" && SimulatedChain.Number(result["number"]) > known)
            answer["result"] = null;
        else if ((string?)asked["method"] == "eth_getTransactionReceipt" && SimulatedChain.Number(result["blockNumber"]) > known)
            answer["result"] = null;
    }

    private static JsonNode Refuse(JsonNode asked, int number)
    {
        var answers = Items(asked).Select(one => (JsonNode)new JsonObject { ["jsonrpc"] = "2.0", ["id"] = one["id"]!.DeepClone(), ["error"] = Refusal(one, number) }).ToArray();
        return asked is JsonArray ? new JsonArray(answers) : answers[0];
    }

    private static JsonObject Refusal(JsonNode one, int number) => (string?)one["method"] switch
    {
        "eth_sendRawTransaction" => new() { ["code"] = -32000, ["message"] = SendRefusals[number % SendRefusals.Length] },
        "eth_getLogs" => new() { ["code"] = -32005, ["message"] = "query returned more than 10000 results" },
        _ => new() { ["code"] = -32603, ["message"] = "internal error" },
    };

    private static bool IsSend(JsonNode asked) => (string?)asked["method"] == "eth_sendRawTransaction";

    private static HttpResponseMessage Answer(JsonNode answer) => new() { Content = new StringContent(answer.ToJsonString(), null, "application/json") };

    private static IEnumerable<JsonNode> Items(JsonNode message) => message is JsonArray many ? many.OfType<JsonNode>() : [message];
}
