using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ComputeRwa.Tests.Telemetry.Ingest;

/// <summary>
/// Answers /metrics with the captured text of dcgm-exporter, for one GPU of ours: the first scrape finds 100.5 W, each later one a watt more. What
/// the capture lacks is added: SM-active of 0.8765, and the last line's end, without which Prometheus takes nothing.
/// </summary>
internal sealed class Exporter : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _text;
    private int _scrapes;

    private Exporter(string uuid)
    {
        _text = Encoding.UTF8.GetString(Captures.Read("dcgm-exporter_t4.prom")).Replace(Captures.TeslaT4, uuid, StringComparison.Ordinal)
            + $"\n# TYPE DCGM_FI_PROF_SM_ACTIVE gauge\nDCGM_FI_PROF_SM_ACTIVE{{gpu=\"0\",UUID=\"{uuid}\",device=\"nvidia0\",modelName=\"Tesla T4\",hostname=\"x\"}} 0.8765\n";
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapGet("/metrics", (HttpContext http) => Answer(http));
    }

    public int Scrapes => _scrapes;

    /// <summary>Replaces the text from now on.</summary>
    public Func<HttpContext, Task>? Instead { get; set; }

    public Uri Url => new(_app.Urls.Single());

    public static async Task<Exporter> Start(string uuid)
    {
        var exporter = new Exporter(uuid);
        await exporter._app.StartAsync();
        return exporter;
    }

    private Task Answer(HttpContext http)
    {
        if (Instead is { } instead) return instead(http);
        var scrape = Interlocked.Increment(ref _scrapes) - 1;
        http.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return http.Response.WriteAsync(_text.Replace("} 8.969000", string.Create(CultureInfo.InvariantCulture, $"}} {100 + scrape}.500000"), StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
