using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace ComputeRwa.Demo;

/// <summary>
/// The API as a careful client uses it: every POST carries an Idempotency-Key that follows from the seed and the step, so that after a lost
/// connection the same request is simply sent again, and a second run of the demonstration repeats nothing.
/// </summary>
internal sealed class Api(HttpClient http, Seed seed, Action<string> say)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Called with a step's name when it is about to be posted for the first time; a test ends the API there.</summary>
    public Action<string>? Sending { get; init; }

    public Task<T> Get<T>(string path) => Send<T>(() => new(HttpMethod.Get, path));

    public Task<byte[]> GetBytes(string path) => Send(() => new(HttpMethod.Get, path), r => r.Content.ReadAsByteArrayAsync());

    /// <param name="step">names the intended effect, once in the story</param>
    /// <param name="key">an API key of somebody else than the operator; null is the operator's</param>
    public Task<T> Post<T>(string step, string path, object body, string? key = null)
    {
        Sending?.Invoke(step);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, Json);
        return Send<T>(() =>
        {
            var content = new ByteArrayContent(bytes) { Headers = { ContentType = new("application/json") } };
            var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content, Headers = { { "Idempotency-Key", $"demo-{seed.Number}-{step.Replace(' ', '-')}" } } };
            if (key is not null) request.Headers.Authorization = new("Bearer", key);
            return request;
        });
    }

    /// <summary>Every item of a list, page after page.</summary>
    public async Task<List<T>> All<T>(string path)
    {
        var items = new List<T>();
        for (string? after = ""; after is not null;)
        {
            var page = await Get<Page<T>>($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit=200{(after.Length > 0 ? $"&after={Uri.EscapeDataString(after)}" : "")}");
            items.AddRange(page.Items);
            after = page.Next;
        }
        return items;
    }

    /// <summary>Asks until the answer is right; the chain and what is projected from it lag by moments.</summary>
    public async Task<T> Until<T>(string path, Func<T, bool> right, string what)
    {
        var waited = Stopwatch.StartNew();
        for (var pause = 5; ; pause = Math.Min(2 * pause, 100))
        {
            var answer = await Get<T>(path);
            if (right(answer)) return answer;
            if (waited.Elapsed > Patience) throw new DemoException($"Waited {Patience.TotalSeconds} s in vain for {what}: {JsonSerializer.Serialize(answer, Json)}");
            await Task.Delay(pause);
        }
    }

    private Task<T> Send<T>(Func<HttpRequestMessage> request) => Send(request, async response =>
    {
        var text = await response.Content.ReadAsStringAsync();
        try
        {
            return JsonSerializer.Deserialize<T>(text, Json) ?? throw new DemoException($"{response.RequestMessage?.RequestUri} answered nothing.");
        }
        catch (JsonException e)
        {
            throw new DemoException($"{response.RequestMessage?.RequestUri} answered what docs/api.md does not say ({e.Message}): {text}", e);
        }
    });

    private async Task<T> Send<T>(Func<HttpRequestMessage> make, Func<HttpResponseMessage, Task<T>> read)
    {
        var away = new Stopwatch();
        while (true)
        {
            string problem;
            try
            {
                using var request = make();
                using var response = await http.SendAsync(request);
                if (response.IsSuccessStatusCode) return await read(response);
                if (response.StatusCode != HttpStatusCode.ServiceUnavailable) throw await Refused(request, response);
                problem = await response.Content.ReadAsStringAsync();
            }
            catch (Exception e) when (IsLostConnection(e))
            {
                problem = e.Message;
            }
            if (!away.IsRunning) say($"the API is away ({problem}); waiting for it");
            away.Start();
            await WaitUntilReady(away, problem);
        }
    }

    /// <summary>Waits for /health/ready, and a moment at the least.</summary>
    /// <exception cref="DemoException">It did not come back in time.</exception>
    private async Task WaitUntilReady(Stopwatch away, string problem)
    {
        do
        {
            if (away.Elapsed > Patience) throw new DemoException($"No progress with the API at {http.BaseAddress} for {Patience.TotalSeconds} s: {problem}");
            await Task.Delay(50);
        }
        while (!await IsReady());
    }

    private async Task<bool> IsReady()
    {
        try
        {
            using var response = await http.GetAsync("/health/ready");
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (IsLostConnection(e))
        {
            return false;
        }
    }

    private static bool IsLostConnection(Exception e) => e is HttpRequestException or IOException or TaskCanceledException;

    private static async Task<DemoException> Refused(HttpRequestMessage request, HttpResponseMessage response) =>
        new($"{request.Method} {request.RequestUri?.PathAndQuery} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
}

internal sealed record Page<T>(List<T> Items, string? Next);
