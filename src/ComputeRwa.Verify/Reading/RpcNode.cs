using System.Net;
using System.Text.Json;

namespace ComputeRwa.Verify.Reading;

/// <summary>The chain or the files could not be read, so nothing is said about them.</summary>
internal sealed class UnreadableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The node answered a request with an error.</summary>
internal sealed class RefusedException(string method, string message) : Exception($"the node refuses {method}: {message}");

internal sealed record Question(string Method, params object?[] Parameters);

/// <param name="Refusal">what the node said instead of answering; null when it answered</param>
internal sealed record Answer(JsonElement Value, RefusedException? Refusal)
{
    /// <exception cref="RefusedException">The node refused.</exception>
    public JsonElement OrThrow() => Refusal is null ? Value : throw Refusal;
}

/// <summary>Ethereum JSON-RPC over HTTP: only what an auditor asks.</summary>
internal sealed class RpcNode(HttpClient http, Uri url)
{
    private const int BatchSize = 50;
    private const int Attempts = 4;

    /// <exception cref="RefusedException">The node answered with an error.</exception>
    /// <exception cref="UnreadableException">There is no node, or what answers is none.</exception>
    public async Task<JsonElement> Ask(string method, params object?[] parameters) =>
        Read(method, await Send(Request(0, new(method, parameters)))).OrThrow();

    /// <summary>Answers in the order of the questions. A node that takes no batches is asked one by one.</summary>
    /// <exception cref="UnreadableException">There is no node, or what answers is none.</exception>
    public async Task<IReadOnlyList<Answer>> AskAll(IReadOnlyList<Question> questions)
    {
        var answers = new List<Answer>(questions.Count);
        foreach (var batch in questions.Chunk(BatchSize)) answers.AddRange(await AskBatch(batch));
        return answers;
    }

    private async Task<IEnumerable<Answer>> AskBatch(Question[] batch)
    {
        var answer = await Send(batch.Select((q, i) => Request(i, q)).ToArray());
        if (answer.ValueKind != JsonValueKind.Array)
        {
            var single = new List<Answer>();
            foreach (var question in batch) single.Add(Read(question.Method, await Send(Request(0, question))));
            return single;
        }
        var byId = new Dictionary<int, JsonElement>();
        foreach (var one in answer.EnumerateArray())
            if (!one.TryGetProperty("id", out var id) || !id.TryGetInt32(out var number) || !byId.TryAdd(number, one))
                throw new UnreadableException($"{url} answers a batch with something that was not asked");
        return batch.Select((q, i) => byId.TryGetValue(i, out var one) ? Read(q.Method, one) : throw new UnreadableException($"{url} leaves {q.Method} of a batch unanswered"));
    }

    private static object Request(int id, Question question) => new { jsonrpc = "2.0", id, method = question.Method, @params = question.Parameters };

    private static Answer Read(string method, JsonElement answer)
    {
        if (answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object)
            return new(default, new(method, error.TryGetProperty("message", out var message) ? message.ToString() : error.ToString()));
        return answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("result", out var result) ? new(result, null)
            : throw new UnreadableException($"what answers {method} is not a JSON-RPC node");
    }

    /// <summary>Public nodes answer 429 or 5xx when they are busy: those are asked again, a little later each time.</summary>
    private async Task<JsonElement> Send(object body)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(body, JsonSerializerOptions.Web);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var content = new ByteArrayContent(json) { Headers = { ContentType = new("application/json") } };
                using var response = await http.PostAsync(url, content);
                if (attempt == Attempts || response.StatusCode is not (HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError))
                    return await Parsed(response);
            }
            catch (HttpRequestException e)
            {
                throw new UnreadableException($"{url} does not answer: {e.Message}", e);
            }
            catch (TaskCanceledException e)
            {
                throw new UnreadableException($"{url} does not answer in time", e);
            }
            await Task.Delay(TimeSpan.FromMilliseconds(200 << attempt));
        }
    }

    /// <summary>Nodes differ in whether an error of JSON-RPC comes with a status of 200: the body decides.</summary>
    private async Task<JsonElement> Parsed(HttpResponseMessage response)
    {
        var bytes = await response.Content.ReadAsByteArrayAsync();
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new UnreadableException($"{url} answers {(int)response.StatusCode} and no JSON", e);
        }
    }
}
