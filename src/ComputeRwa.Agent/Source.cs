using System.Diagnostics;
using System.Globalization;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry.Ingest;

namespace ComputeRwa.Agent;

/// <summary>Where readings come from: a command that prints nvidia-smi's CSV, or a dcgm-exporter.</summary>
internal sealed class Source : IDisposable
{
    private const int MostBytes = 16 << 20;

    private readonly Settings _settings;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { MaxResponseContentBufferSize = MostBytes, Timeout = Timeout.InfiniteTimeSpan };

    public Source(Settings settings) => _settings = settings;

    /// <summary>What there is now, or why there is nothing. Neither a program nor an exporter may take longer than most of a step.</summary>
    public async Task<Result<Arrival>> Read(DateTimeOffset now, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(TimeSpan.FromSeconds(_settings.Step * 0.8));
        var at = now.ToUnixTimeMilliseconds();
        try
        {
            return _settings.Exporter is { } exporter
                ? Exposition.Read(await _http.GetByteArrayAsync(exporter, patience.Token), at)
                : await Run(_settings.Command, patience.Token) is { } output && output.Ok(out var text, out var error) ? SmiCsv.Read(text, at, TimeSpan.Zero) : error;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new Error("too-slow", "Nothing came within four fifths of a step.", []);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or System.ComponentModel.Win32Exception)
        {
            return new Error("no-reading", e.Message, []);
        }
    }

    public void Dispose() => _http.Dispose();

    private static async Task<Result<byte[]>> Run(string command, CancellationToken stop)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        try
        {
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync(stop);
            using var output = new MemoryStream();
            var chunk = new byte[16 * 1024];
            for (int read; (read = await process.StandardOutput.BaseStream.ReadAsync(chunk, stop)) > 0;)
            {
                if (output.Length + read > MostBytes) return new Error("too-large", $"The command printed more than {MostBytes} bytes.", []);
                output.Write(chunk, 0, read);
            }
            await process.WaitForExitAsync(stop);
            if (process.ExitCode == 0) return output.ToArray();
            var said = (await errors).Trim();
            return new Error("no-reading", string.Create(CultureInfo.InvariantCulture, $"The command ended with {process.ExitCode}: {said}"), []);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
