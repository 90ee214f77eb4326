using System.Net;
using System.Net.Sockets;

namespace ComputeRwa.Tests.Telemetry.NodeAgent;

/// <summary>The network between an agent and the service: it can be cut, and it can lose answers after the request arrived.</summary>
internal sealed class Relay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _to;

    public Relay(Uri to)
    {
        _to = to;
        _listener.Start();
        _ = Accept();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public volatile bool IsCut;

    /// <summary>Answers to posts do not come back; the service has handled them.</summary>
    public volatile bool LosesAnswers;

    /// <summary>Posts whose answer was lost.</summary>
    public int Lost;

    public void Dispose() => _listener.Dispose();

    private async Task Accept()
    {
        try
        {
            while (true) _ = Serve(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The listener is closed: the test is over.
        }
    }

    private async Task Serve(TcpClient client)
    {
        using var _ = client;
        if (IsCut) return;
        try
        {
            using var service = new TcpClient();
            await service.ConnectAsync(_to.Host, _to.Port);
            var isPost = false;
            var forth = Pump(client.GetStream(), service.GetStream(), first =>
            {
                if (first.StartsWith("POST "u8)) isPost = true;
                return true;
            });
            var back = Pump(service.GetStream(), client.GetStream(), _ =>
            {
                if (!LosesAnswers || !isPost) return true;
                Interlocked.Increment(ref Lost);
                return false;
            });
            await Task.WhenAny(forth, back);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            // A side has gone, as a killed agent does.
        }
    }

    private delegate bool Passes(ReadOnlySpan<byte> bytes);

    private async Task Pump(NetworkStream from, NetworkStream to, Passes passes)
    {
        var chunk = new byte[64 * 1024];
        try
        {
            for (int read; (read = await from.ReadAsync(chunk)) > 0 && !IsCut && passes(chunk.AsSpan(0, read));) await to.WriteAsync(chunk.AsMemory(0, read));
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            // As above.
        }
    }
}
