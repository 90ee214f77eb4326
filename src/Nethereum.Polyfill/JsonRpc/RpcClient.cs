using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Nethereum.JsonRpc.Client.RpcMessages;

namespace Nethereum.JsonRpc.Client;

/// <summary>JSON-RPC over HTTP.</summary>
public class RpcClient : ClientBase
{
    private readonly Uri _baseUrl;
    private readonly HttpClient _httpClient;
    private readonly AuthenticationHeaderValue? _authHeaderValue;

    public RpcClient(Uri baseUrl, AuthenticationHeaderValue? authHeaderValue = null, HttpClientHandler? httpClientHandler = null)
        : this(baseUrl, CreateHttpClient(httpClientHandler), authHeaderValue)
    {
    }

    public RpcClient(Uri baseUrl, HttpClient httpClient, AuthenticationHeaderValue? authHeaderValue = null)
    {
        _baseUrl = baseUrl;
        _httpClient = httpClient;
        _authHeaderValue = authHeaderValue ?? FromUserInfo(baseUrl);
    }

    public static int MaximumConnectionsPerServer { get; set; } = 20;

    public override Task<RpcResponseMessage> SendAsync(RpcRequestMessage rpcRequestMessage, string? route = null) =>
        PostAsync(rpcRequestMessage, RpcAnswers.One, rpcRequestMessage.Method, route);

    protected override Task<RpcResponseMessage[]> SendAsync(RpcRequestMessage[] requests) =>
        PostAsync(requests, RpcAnswers.Many, string.Join(", ", requests.Select(request => request.Method).Distinct()), null);

    private async Task<TResponse> PostAsync<TResponse>(object body, Func<byte[], TResponse> read, string methods, string? route)
    {
        using var timeout = new CancellationTokenSource(ConnectionTimeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, string.IsNullOrEmpty(route) ? _baseUrl : new Uri(_baseUrl, route));
            request.Headers.Authorization = _authHeaderValue;
            var json = JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), RpcJson.Options);
            request.Content = new ByteArrayContent(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json", "utf-8") } };
            using var response = await _httpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token).ConfigureAwait(false);
            response.EnsureSuccessStatusCode();
            // Whole: read as it arrives, a large result would be scanned again from its start with every piece.
            var answer = await response.Content.ReadAsByteArrayAsync(timeout.Token).ConfigureAwait(false);
            return read(answer);
        }
        catch (OperationCanceledException exception)
        {
            throw new RpcClientTimeoutException($"Rpc timeout after {ConnectionTimeout.TotalMilliseconds} milliseconds: {methods}", exception);
        }
        catch (Exception exception)
        {
            throw new RpcClientUnknownException($"Error occurred when trying to send rpc request(s): {methods}", exception);
        }
    }

    private static HttpClient CreateHttpClient(HttpClientHandler? handler) =>
        handler is null
            ? new HttpClient(new SocketsHttpHandler
            {
                MaxConnectionsPerServer = MaximumConnectionsPerServer,
                PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            })
            : new HttpClient(handler);

    private static AuthenticationHeaderValue? FromUserInfo(Uri url) =>
        string.IsNullOrEmpty(url.UserInfo)
            ? null
            : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url.UserInfo))));
}
