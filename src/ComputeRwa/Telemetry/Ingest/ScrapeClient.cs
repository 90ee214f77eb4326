using System.Net;
using System.Net.Sockets;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry.Ingest;

/// <summary>Asks exporters: only in the allowed networks, without redirects, proxies, cookies or credentials, with limits on time and size.</summary>
internal sealed class ScrapeClient : IDisposable
{
    public const int MostBytes = 16 << 20;
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;

    public ScrapeClient(ScrapeNetworks networks) => _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        Credentials = null,
        MaxResponseHeadersLength = 16,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectCallback = (context, cancel) => Connect(networks, context.DnsEndPoint, cancel),
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    /// <returns>the text, or why there is none</returns>
    public async Task<Result<byte[]>> Ask(Uri url, TimeSpan patience, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(patience);
        try
        {
            using var response = await _http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (response.StatusCode != HttpStatusCode.OK) return Failed($"it answered with status {(int)response.StatusCode}");
            if (response.Content.Headers.ContentLength > MostBytes) return Failed($"its answer is larger than {MostBytes} bytes");
            await using var stream = await response.Content.ReadAsStreamAsync(limit.Token);
            using var body = new MemoryStream();
            var chunk = new byte[16 * 1024];
            for (int read; (read = await stream.ReadAsync(chunk, limit.Token)) > 0;)
            {
                if (body.Length + read > MostBytes) return Failed($"its answer is larger than {MostBytes} bytes");
                body.Write(chunk, 0, read);
            }
            return body.ToArray();
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return Failed(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"it did not answer in {(long)patience.TotalMilliseconds} ms"));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return Failed(e.InnerException is NotAllowedException or SocketException ? e.InnerException.Message : e.Message);
        }
    }

    public void Dispose() => _http.Dispose();

    private static Error Failed(string why) => new("scrape-failed", why, []);

    private static async ValueTask<Stream> Connect(ScrapeNetworks networks, DnsEndPoint host, CancellationToken cancel)
    {
        var addresses = IPAddress.TryParse(host.Host.Trim('[', ']'), out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host.Host, cancel);
        var allowed = addresses.Where(networks.Allows).ToArray();
        if (allowed.Length == 0) throw new NotAllowedException($"{host.Host} lies in no network that this server may ask");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, host.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class NotAllowedException(string message) : IOException(message);
}
