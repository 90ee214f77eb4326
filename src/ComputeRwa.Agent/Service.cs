using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;

namespace ComputeRwa.Agent;

/// <summary>The service does not answer, or not as it should; it may later.</summary>
internal sealed class AwayException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>What came back for a request with batches.</summary>
/// <param name="Batches">one answer for each batch; null when the request was refused as a whole</param>
/// <param name="Whole">then what was said of it</param>
/// <param name="At">unix second by the service's clock</param>
internal sealed record Posted(IReadOnlyList<Answer>? Batches, Answer? Whole, long? At, TimeSpan? RetryAfter);

/// <summary>The service's API, as far as a node needs it.</summary>
internal sealed class Service : IDisposable
{
    private readonly HttpClient _http;
    private readonly string _node;

    public Service(Uri api, string node, string apiKey)
    {
        _node = node;
        _http = new() { BaseAddress = new(api.ToString().TrimEnd('/') + "/"), Timeout = TimeSpan.FromSeconds(30) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
    }

    /// <exception cref="AwayException">It does not answer.</exception>
    /// <exception cref="SetupException">It does not know the node.</exception>
    public async Task<Facts> Facts(CancellationToken stop)
    {
        var node = await Get($"nodes/{_node}", stop);
        var model = node.GetProperty("gpuModel").GetString();
        var hardware = (await Get("hardware", stop)).GetProperty("items").EnumerateArray().Single(h => h.GetProperty("gpuModel").GetString() == model);
        var limits = Limits.Of(new GpuModel(model!, "", hardware.GetProperty("maxWatts").GetInt32(), hardware.GetProperty("memoryMiB").GetInt32()));
        var epoch = (await Get("chain", stop)).GetProperty("epochLength").GetInt64();
        // A service from before keys could be replaced does not say which one signs.
        var replacements = node.TryGetProperty("signingKey", out _) ? await Replacements(stop) : [];
        var head = await Position(stop);
        return new(_node, node.GetProperty("nodeKey").GetString()!, [.. node.GetProperty("gpuUuids").EnumerateArray().Select(g => g.GetString()!)], limits, epoch,
            new(head.NextSequence, head.Hash.Value, await EndOf(head, stop)), replacements);
    }

    private async Task<List<Replacement>> Replacements(CancellationToken stop)
    {
        var all = new List<Replacement>();
        for (var after = 0L; ; after = all[^1].Number)
        {
            var page = await Get(string.Create(CultureInfo.InvariantCulture, $"nodes/{_node}/signing-keys?after={after}&limit=500"), stop);
            all.AddRange(page.GetProperty("items").EnumerateArray().Select(k => new Replacement(k.GetProperty("number").GetInt64(), k.GetProperty("fromSequence").GetInt64(), k.GetProperty("key").GetString()!)));
            if (page.GetProperty("next").ValueKind == JsonValueKind.Null) return all;
        }
    }

    /// <summary>Lets a key sign from its number on.</summary>
    /// <param name="authorisation">by the key before it</param>
    /// <param name="possession">by itself</param>
    /// <returns>why not; null when it does now, or did before</returns>
    public async Task<Answer?> Replace(SigningKey key, string authorisation, string possession, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"nodes/{_node}/signing-keys")
        {
            Content = JsonContent.Create(new { number = key.Number, fromSequence = key.FromSequence, key = key.Key.Value, authorisation, possession }),
        };
        var (status, answer, response) = await Send(request, stop);
        response.Dispose();
        return status is HttpStatusCode.OK or HttpStatusCode.Created ? null : Problem(answer, (int)status);
    }

    /// <summary>Where the node's chain stands; its end is not said.</summary>
    public async Task<ChainHead> Position(CancellationToken stop)
    {
        var position = await Get($"nodes/{_node}/telemetry", stop);
        return new(position.GetProperty("nextSequence").GetInt64(), Hash32.Parse(position.GetProperty("headHash").GetString()!), 0);
    }

    public async Task<Posted> Post(IReadOnlyList<SignedBatch> batches, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "telemetry/batches") { Content = Body(batches) };
        var (status, answer, response) = await Send(request, stop);
        using (response)
        {
            var at = response.Headers.Date?.ToUnixTimeSeconds();
            if (status != HttpStatusCode.OK) return new(null, Problem(answer, (int)status), at, response.Headers.RetryAfter?.Delta);
            var each = answer.GetProperty("batches").EnumerateArray().Select(b => b.GetProperty("status").GetString() switch
            {
                "accepted" or "duplicate" => new Answer(null, false, null, ""),
                Answer.Waiting => new(Answer.Waiting, true, "sequence", "the service waits for batches before it"),
                _ => Problem(b.GetProperty("problem"), 0),
            }).ToList();
            return each.Count == batches.Count ? new(each, null, at, null) : throw new AwayException($"The service answered for {each.Count} of {batches.Count} batches.");
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<long> EndOf(ChainHead head, CancellationToken stop)
    {
        if (head.NextSequence == 0) return 0;
        var last = (await Get(string.Create(CultureInfo.InvariantCulture, $"nodes/{_node}/batches?after={head.NextSequence - 2}&limit=1"), stop)).GetProperty("items")[0];
        return last.GetProperty("from").GetDateTimeOffset().ToUnixTimeSeconds() + last.GetProperty("stepSeconds").GetInt64() * last.GetProperty("samples").GetInt64();
    }

    private async Task<JsonElement> Get(string path, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        var (status, answer, response) = await Send(request, stop);
        response.Dispose();
        if (status == HttpStatusCode.OK) return answer;
        var problem = Problem(answer, (int)status);
        if (problem.Code == "not-found") throw new SetupException($"The service knows no {path}: {problem.Reason}");
        throw new AwayException($"GET {path}: {problem.Reason}");
    }

    private async Task<(HttpStatusCode, JsonElement, HttpResponseMessage)> Send(HttpRequestMessage request, CancellationToken stop)
    {
        HttpResponseMessage? response = null;
        try
        {
            response = await _http.SendAsync(request, stop);
            var text = await response.Content.ReadAsStringAsync(stop);
            using var json = JsonDocument.Parse(text.Length == 0 ? "{}" : text);
            return (response.StatusCode, json.RootElement.Clone(), response);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or IOException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            var status = response is null ? "" : string.Create(CultureInfo.InvariantCulture, $" (status {(int)response.StatusCode})");
            response?.Dispose();
            throw new AwayException($"The service does not answer{status}: {(e is OperationCanceledException ? "30 s have passed" : e.Message)}", e);
        }
    }

    private static Answer Problem(JsonElement problem, int status)
    {
        // A proxy's answer has no problem in it: what it says by its status is passing unless it is a refusal.
        if (problem.ValueKind != JsonValueKind.Object || !problem.TryGetProperty("type", out var type) || type.GetString() is not { } text || !text.StartsWith("/problems/", StringComparison.Ordinal))
            return new(string.Create(CultureInfo.InvariantCulture, $"status-{status}"), true, null, $"status {status}");
        var errors = problem.TryGetProperty("errors", out var all) && all.ValueKind == JsonValueKind.Array ? all : default;
        var field = errors.ValueKind == JsonValueKind.Array && errors.GetArrayLength() > 0 ? errors[0].GetProperty("field").GetString() : null;
        var code = text["/problems/".Length..];
        return new(code, problem.GetProperty("retryable").GetBoolean(), field, $"{code}: {problem.GetProperty("detail").GetString()}");
    }

    /// <summary>Many batches of a machine are alike in their heads; a single one is as small as it gets.</summary>
    private static ByteArrayContent Body(IReadOnlyList<SignedBatch> batches)
    {
        using var plain = new MemoryStream();
        plain.Write(PackedFrame.Magic);
        foreach (var batch in batches) PackedFrame.Of(batch.Link, batch.Columns).Write(plain);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(plain.GetBuffer(), 0, (int)plain.Length);
        var helps = packed.Length < plain.Length;
        var content = new ByteArrayContent((helps ? packed : plain).ToArray());
        content.Headers.ContentType = new(PackedFrame.MediaType);
        if (helps) content.Headers.ContentEncoding.Add("gzip");
        return content;
    }
}
