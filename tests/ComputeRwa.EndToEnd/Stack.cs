using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using ComputeRwa.Demo;

namespace ComputeRwa.EndToEnd;

/// <summary>A Hardhat node with the contracts, a database file and the API, all fresh and on ports of their own.</summary>
internal sealed class Stack : IAsyncDisposable
{
    private const string ApiKey = "crwa_end_to_end_operator_key";

    private readonly string _folder = Directory.CreateTempSubdirectory("computerwa-e2e-").FullName;
    private readonly Service _node;
    private readonly HttpClient _http;
    private Service? _api;

    private Stack(int apiPort, int rpcPort)
    {
        Api = new($"http://127.0.0.1:{apiPort}");
        Rpc = new($"http://127.0.0.1:{rpcPort}");
        _http = new() { BaseAddress = Api, Timeout = TimeSpan.FromSeconds(10) };
        _node = Service.Start(Path.Combine(_folder, "chain.log"), new Dictionary<string, string> { ["HARDHAT_DISABLE_TELEMETRY"] = "true" },
            Repository.Node, Repository.Hardhat, "node", "--hostname", "127.0.0.1", "--port", $"{rpcPort}");
    }

    public Uri Api { get; }
    public Uri Rpc { get; }
    public string Deployment => Path.Combine(_folder, "deployment.json");

    public DemoOptions Options => new(Api, Rpc, ApiKey, new(1));

    /// <exception cref="InvalidOperationException">Something did not start; the message says what.</exception>
    public static async Task<Stack> Start()
    {
        var stack = new Stack(FreePort(), FreePort());
        try
        {
            await stack._node.Ready(() => stack.Answers(stack.Rpc), TimeSpan.FromSeconds(60));
            await Repository.RunNode("scripts/deploy.mjs", "--rpc", stack.Rpc.OriginalString, "--out", stack.Deployment, "--base-uri", new Uri(stack.Api, "/v1/tokens/").AbsoluteUri, "--window", "21600");
            await Repository.RunNode("scripts/operator.mjs", "--rpc", stack.Rpc.OriginalString, "--out", Path.Combine(stack._folder, "operator.key"));
            await stack.StartApi();
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the API on the database as it is, and waits until it is ready.</summary>
    public async Task StartApi()
    {
        _api = Service.Start(Path.Combine(_folder, "api.log"), new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = Api.OriginalString,
            ["Db__Url"] = $"sqlite:{Path.Combine(_folder, "computerwa.db")}",
            ["Auth__OperatorKey"] = ApiKey,
            ["Chain__RpcUrl"] = Rpc.OriginalString,
            ["Chain__Deployment"] = Deployment,
            ["Chain__OperatorKey"] = await File.ReadAllTextAsync(Path.Combine(_folder, "operator.key")),
            ["Clock__Source"] = "chain",
            ["Logging__LogLevel__Default"] = "Warning",
        }, "dotnet", Repository.ApiAssembly);
        await _api.Ready(() => Answers(new Uri(Api, "/health/ready")), TimeSpan.FromSeconds(60));
    }

    public void KillApi() => _api!.Kill();

    /// <summary>How many transactions of the operator the chain holds.</summary>
    public async Task<long> TransactionsSent()
    {
        var chain = await _http.GetFromJsonAsync<JsonElement>("/v1/chain");
        return Convert.ToInt64(await Ask("eth_getTransactionCount", chain.GetProperty("operator").GetString()!, "latest"), 16);
    }

    /// <summary>What an account holds of the test dollar, base units.</summary>
    public async Task<long> Dollars(string account)
    {
        var chain = await _http.GetFromJsonAsync<JsonElement>("/v1/chain");
        var data = $"0x70a08231{account[2..].PadLeft(64, '0')}"; // balanceOf(address)
        return Convert.ToInt64(await Ask("eth_call", new { to = chain.GetProperty("contracts").GetProperty("testDollar").GetString(), data }, "latest"), 16);
    }

    private async Task<string> Ask(string method, params object[] parameters)
    {
        using var response = await _http.PostAsJsonAsync(Rpc, new { jsonrpc = "2.0", id = 1, method, @params = parameters });
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        return answer.GetProperty("result").GetString()!;
    }

    public Task<string> GetText(string path) => _http.GetStringAsync(path);

    private async Task<bool> Answers(Uri uri)
    {
        try
        {
            using var response = await _http.GetAsync(uri);
            return uri == Rpc || response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public ValueTask DisposeAsync()
    {
        _api?.Dispose();
        _node.Dispose();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
