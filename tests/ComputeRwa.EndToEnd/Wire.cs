using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace ComputeRwa.EndToEnd;

/// <summary>A signed transaction on its way to the node. <c>Run</c> numbers the starts of the replica that sent it; <c>At</c> is a Stopwatch's.</summary>
internal sealed record Passed(int Run, long At, string Raw);

/// <summary>Between one replica and the node: writes down the signed transactions that pass, and can be cut.</summary>
internal sealed class Wire : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly HttpClient _node;
    private readonly string _prefix;

    public Wire(int port, Uri node)
    {
        _node = new() { BaseAddress = node, Timeout = TimeSpan.FromMinutes(2) };
        _prefix = $"http://127.0.0.1:{port}/";
        _listener.Prefixes.Add(_prefix);
        _listener.Start();
        _ = Listen();
    }

    /// <summary>The node's address for one run of the replica.</summary>
    public string For(int run) => $"{_prefix}{run}/";

    /// <summary>While it is cut, every connection is closed without an answer.</summary>
    public bool IsCut { get; set; }

    public ConcurrentQueue<Passed> Passed { get; } = [];

    private async Task Listen()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return; // disposed
            }
            _ = Carry(context);
        }
    }

    private async Task Carry(HttpListenerContext context)
    {
        try
        {
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            if (IsCut) throw new IOException("The wire is cut.");
            WriteDown(int.Parse(context.Request.Url!.AbsolutePath.Trim('/'), System.Globalization.CultureInfo.InvariantCulture), body);
            using var asked = new ByteArrayContent(body.ToArray()) { Headers = { ContentType = new("application/json") } };
            using var answer = await _node.PostAsync("", asked);
            var bytes = await answer.Content.ReadAsByteArrayAsync();
            if (IsCut) throw new IOException("The wire is cut.");
            (context.Response.StatusCode, context.Response.ContentType) = ((int)answer.StatusCode, "application/json");
            context.Response.Close(bytes, willBlock: false);
        }
        catch (Exception e) when (e is IOException or HttpListenerException or HttpRequestException or ObjectDisposedException or OperationCanceledException)
        {
            context.Response.Abort(); // one of the two ends is gone
        }
    }

    private void WriteDown(int run, MemoryStream body)
    {
        if (body.GetBuffer().AsSpan(0, (int)body.Length).IndexOf("eth_sendRawTransaction"u8) < 0) return;
        var at = Stopwatch.GetTimestamp();
        var message = JsonNode.Parse(Encoding.UTF8.GetString(body.ToArray()))!;
        foreach (var one in message is JsonArray many ? many.OfType<JsonNode>() : [message])
            if ((string?)one["method"] == "eth_sendRawTransaction") Passed.Enqueue(new(run, at, (string)one["params"]![0]!));
    }

    public void Dispose()
    {
        _listener.Close();
        _node.Dispose();
    }
}
