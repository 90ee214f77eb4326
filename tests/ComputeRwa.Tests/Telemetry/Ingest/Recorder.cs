using System.Net.Http.Headers;
using ComputeRwa.Telemetry.Ingest;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ComputeRwa.Tests.Telemetry.Ingest;

/// <summary>Stands between a collector and the API: hands each request on, and keeps the pushes that the API said it had stored, and what it said of others.</summary>
internal sealed class Recorder : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _api;
    private readonly List<byte[]> _stored = [];
    private readonly List<string> _refused = [];

    private Recorder(Uri api)
    {
        _api = new() { BaseAddress = api };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(Pass);
    }

    public string Url => _app.Urls.Single();

    public static async Task<Recorder> Start(Uri api)
    {
        var recorder = new Recorder(api);
        await recorder._app.StartAsync();
        return recorder;
    }

    /// <summary>The power readings that were pushed, in order of time; what was sent again counts once.</summary>
    public List<Sample> Pushed()
    {
        lock (_stored)
            return [.. _stored.SelectMany(b => WriteRequest.Read(IronSnappy.Snappy.Decode(b)).Ok(out var arrival, out var error) ? arrival.Samples : throw new InvalidOperationException(error.Message))
                .Where(s => s.Column == Column.PowerMilliwatts).DistinctBy(s => s.At).OrderBy(s => s.At)];
    }

    /// <summary>What the API said to pushes that it did not store.</summary>
    public string Refused()
    {
        lock (_stored) return string.Join("; ", _refused);
    }

    private async Task Pass(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        using var request = new HttpRequestMessage(new(http.Request.Method), http.Request.Path + http.Request.QueryString) { Content = new ByteArrayContent(body.ToArray()) };
        request.Headers.Authorization = AuthenticationHeaderValue.Parse(http.Request.Headers.Authorization.ToString());
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(http.Request.ContentType!);
        foreach (var coding in http.Request.Headers.ContentEncoding) request.Content.Headers.ContentEncoding.Add(coding!);
        using var response = await _api.SendAsync(request);
        if (http.Request.Path.Value!.EndsWith("/prometheus/write", StringComparison.Ordinal))
        {
            var refusal = response.IsSuccessStatusCode ? "" : $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}";
            lock (_stored)
            {
                if (refusal.Length == 0) _stored.Add(body.ToArray());
                else _refused.Add(refusal);
            }
        }
        http.Response.StatusCode = (int)response.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _api.Dispose();
    }
}
