using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using ComputeRwa.Demo;

namespace ComputeRwa.EndToEnd;

/// <summary>A request that was acknowledged: when it was last sent, and when its answer came, by a Stopwatch.</summary>
internal sealed record Acknowledged(int Index, string TransactionId, long SentAt, long At);

/// <summary>
/// Keyed requests that each write one transaction to the chain: admissions of as many accounts, signed by the registrar beforehand. A request
/// is sent again with its key until it is acknowledged, as a careful client does.
/// </summary>
internal sealed class Admissions : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly List<Dictionary<string, object>> _bodies = [];
    private readonly HttpClient _http = new();
    private readonly Stack _stack;
    private readonly TimeSpan _patience;
    private readonly string _name;

    private Admissions(Stack stack, string name, TimeSpan patience)
    {
        (_stack, _name, _patience) = (stack, name, patience);
        _http.DefaultRequestHeaders.Authorization = new("Bearer", stack.Options.Key);
    }

    /// <summary>In lower case, as the chain's nodes write them.</summary>
    public List<string> Accounts { get; } = [];

    public ConcurrentQueue<Acknowledged> Acknowledged { get; } = [];

    /// <summary>What was answered instead of an acknowledgement: status and type of the problem, and how often.</summary>
    public ConcurrentDictionary<string, int> Refusals { get; } = [];

    /// <param name="patience">after which a request without an answer is sent again; 30 s unless given</param>
    /// <param name="name">what they are called by; where several come to one stack, each has its own</param>
    public static async Task<Admissions> Sign(Stack stack, Seed seed, int count, TimeSpan? patience = null, string name = "admitted")
    {
        var admissions = new Admissions(stack, name, patience ?? TimeSpan.FromSeconds(30));
        var registrar = new Keys(seed).Registrar;
        TypedData? offer = null;
        for (var i = 0; i < count; i++)
        {
            var account = seed.Word($"{name} {i}")[..42];
            var body = new Dictionary<string, object>
            {
                ["account"] = account, ["validUntil"] = Stage.Rfc3339(World.Deadline), ["jurisdiction"] = 208, ["investorClass"] = 2, ["nonce"] = "0",
                ["deadline"] = World.Deadline.ToUnixTimeSeconds(),
            };
            offer ??= await admissions.Offer(body);
            body["signature"] = registrar.Sign(offer.With("account", account), ("account", account));
            admissions.Accounts.Add(account);
            admissions._bodies.Add(body);
        }
        return admissions;
    }

    /// <summary>Sends all, so many at a time.</summary>
    /// <param name="before">waited for before a request is sent for the first time</param>
    public Task Send(int concurrency, Func<int, Task>? before = null) => Send(..^0, concurrency, before);

    public Task Send(Range which, int concurrency, Func<int, Task>? before = null, params int[] replicas)
    {
        var (from, count) = which.GetOffsetAndLength(_bodies.Count);
        return Parallel.ForAsync(from, from + count, new ParallelOptions { MaxDegreeOfParallelism = concurrency }, async (i, _) =>
        {
            if (before is not null) await before(i);
            await Send(i, replicas.Length == 0 ? [0] : replicas);
        });
    }

    /// <summary>Sends one until it is acknowledged, to one replica after the other.</summary>
    /// <exception cref="TimeoutException">It was not, for two minutes.</exception>
    private async Task Send(int i, int[] replicas)
    {
        var watch = Stopwatch.StartNew();
        for (var attempt = i; ; attempt++, await Task.Delay(25))
        {
            var refusal = await Try(i, replicas[attempt % replicas.Length]);
            if (refusal is null) return;
            Refusals.AddOrUpdate(refusal, 1, (_, n) => n + 1);
            if (watch.Elapsed > Patience) throw new TimeoutException($"Request {i} is still refused: {refusal}");
        }
    }

    /// <returns>null when it is acknowledged; else what came instead.</returns>
    private async Task<string?> Try(int i, int replica)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_stack.AddressOf(replica), "/v1/memberships"));
        request.Content = JsonContent.Create(_bodies[i]);
        request.Headers.Add("Idempotency-Key", string.Create(CultureInfo.InvariantCulture, $"{_name}-{i}"));
        using var patience = new CancellationTokenSource(_patience);
        var sentAt = Stopwatch.GetTimestamp();
        try
        {
            using var response = await _http.SendAsync(request, patience.Token);
            var answer = await response.Content.ReadFromJsonAsync<JsonElement>(patience.Token);
            if (!response.IsSuccessStatusCode) return $"{(int)response.StatusCode} {answer.GetProperty("type").GetString()}";
            Acknowledged.Enqueue(new(i, answer.GetProperty("id").GetString()!, sentAt, Stopwatch.GetTimestamp()));
            return null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException)
        {
            return "no answer";
        }
    }

    private async Task<TypedData> Offer(Dictionary<string, object> body)
    {
        using var response = await _http.PostAsJsonAsync(new Uri(_stack.AddressOf(0), "/v1/memberships/typed-data"), body);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<Offer>(JsonSerializerOptions.Web))!.ToSign;
    }

    public void Dispose() => _http.Dispose();
}
