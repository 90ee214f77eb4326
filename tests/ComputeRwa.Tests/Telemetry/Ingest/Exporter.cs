using System.Diagnostics;
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
    private readonly List<long> _arrivals = [];

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

    public int Scrapes
    {
        get { lock (_arrivals) return _arrivals.Count; }
    }

    /// <summary>Scrapes before or after a pause that was off by over a tenth: on a machine that is too busy two fall into one step, or one comes too late for who asked.</summary>
    public HashSet<int> Unsteady(TimeSpan step)
    {
        lock (_arrivals)
            return [.. Enumerable.Range(1, _arrivals.Count - 1).Where(k => (Stopwatch.GetElapsedTime(_arrivals[k - 1], _arrivals[k]) - step).Duration() > step / 10).SelectMany(k => new[] { k - 1, k })];
    }

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
        int scrape;
        lock (_arrivals)
        {
            scrape = _arrivals.Count;
            _arrivals.Add(Stopwatch.GetTimestamp());
        }
        http.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return http.Response.WriteAsync(_text.Replace("} 8.969000", string.Create(CultureInfo.InvariantCulture, $"}} {100 + scrape}.500000"), StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
