using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using ComputeRwa.Demo;
using Microsoft.Data.Sqlite;

namespace ComputeRwa.EndToEnd;

/// <summary>A Hardhat node with the contracts, a database and one or more replicas of the API, all fresh and on ports of their own.</summary>
internal sealed partial class Stack : IAsyncDisposable
{
    private const string ApiKey = "crwa_end_to_end_operator_key";

    private readonly string _folder = Directory.CreateTempSubdirectory("computerwa-e2e-").FullName;
    private readonly Service _node;
    private readonly HttpClient _http;
    private readonly Service?[] _apis;
    private readonly Wire[] _wires;
    private readonly int[] _runs;
    private readonly Uri[] _addresses;
    private string _database = "";
    private bool _onSharedServer;

    private Stack(int replicas, int rpcPort)
    {
        _apis = new Service?[replicas];
        _addresses = [.. _apis.Select(_ => new Uri($"http://127.0.0.1:{Ports.Free()}"))];
        Rpc = new($"http://127.0.0.1:{rpcPort}");
        _runs = new int[replicas];
        _wires = [.. _apis.Select(_ => new Wire(Ports.Free(), Rpc))];
        _http = new() { BaseAddress = Api, Timeout = TimeSpan.FromSeconds(10) };
        _node = Service.Start(Path.Combine(_folder, "chain.log"), new Dictionary<string, string> { ["HARDHAT_DISABLE_TELEMETRY"] = "true" },
            Repository.Node, Repository.Hardhat, "node", "--hostname", "127.0.0.1", "--port", $"{rpcPort}");
    }

    /// <summary>Where clients go; with several replicas the last, which started last.</summary>
    public Uri Api => _addresses[^1];
    public Uri Rpc { get; }
    public string Deployment => Path.Combine(_folder, "deployment.json");

    public DemoOptions Options => new(Api, Rpc, ApiKey, new(1));

    /// <exception cref="InvalidOperationException">Something did not start; the message says what.</exception>
    /// <param name="folder">where the SQLite file lies, instead of among the rest</param>
    /// <param name="server">a PostgreSQL of the test's own, instead of the one that all share</param>
    public static async Task<Stack> Start(string engine = "sqlite", int replicas = 1, PostgresServer? server = null, string? folder = null)
    {
        var stack = new Stack(replicas, Ports.Free());
        try
        {
            stack._onSharedServer = engine == "postgres" && server is null;
            stack._database = engine == "sqlite" ? $"sqlite:{Path.Combine(folder ?? stack._folder, "computerwa.db")}" : await Postgres.CreateDatabase(server?.Connection);
            await stack._node.Ready(() => stack.Answers(stack.Rpc), TimeSpan.FromSeconds(60));
            await Repository.RunNode("scripts/deploy.mjs", "--rpc", stack.Rpc.OriginalString, "--out", stack.Deployment, "--base-uri", new Uri(stack.Api, "/v1/tokens/").AbsoluteUri, "--window", "21600");
            await Repository.RunNode("scripts/operator.mjs", "--rpc", stack.Rpc.OriginalString, "--out", Path.Combine(stack._folder, "operator.key"));
            for (var i = 0; i < replicas; i++) await stack.StartApi(i);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the API on the database as it is, and waits until it is ready.</summary>
    public async Task StartApi(int replica = 0)
    {
        var api = _apis[replica] = Service.Start(Path.Combine(_folder, $"api-{replica}.log"), new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = _addresses[replica].OriginalString,
            ["Db__Url"] = _database,
            ["Auth__OperatorKey"] = ApiKey,
            ["Chain__RpcUrl"] = _wires[replica].For(++_runs[replica]),
            ["Chain__Deployment"] = Deployment,
            ["Chain__OperatorKey"] = await File.ReadAllTextAsync(Path.Combine(_folder, "operator.key")),
            ["Clock__Source"] = "chain",
            ["Logging__LogLevel__Default"] = "Warning",
        }, "dotnet", Repository.ApiAssembly);
        await api.Ready(() => Answers(new Uri(_addresses[replica], "/health/ready")), TimeSpan.FromSeconds(60));
    }

    public Uri AddressOf(int replica) => _addresses[replica];

    /// <summary>Between the replica and the node.</summary>
    public Wire WireOf(int replica) => _wires[replica];

    /// <summary>How often it has been started.</summary>
    public int RunsOf(int replica) => _runs[replica];

    public bool IsRunning(int replica) => _apis[replica] is { HasExited: false };

    public void KillApi(int replica = 0) => _apis[replica]!.Kill();

    /// <summary>Stops the node where it stands; its chain is as it was when it wakes.</summary>
    public void PauseNode() => _node.Pause();

    public void WakeNode() => _node.Wake();

    /// <summary>What the replica has logged so far.</summary>
    public string LogOf(int replica) => _apis[replica]!.Log;

    /// <summary>Changes the PostgreSQL database beside the product.</summary>
    public Task Change(string sql) => Postgres.Ask(_database, sql);

    /// <summary>The replica that holds a duty, by the row in PostgreSQL.</summary>
    public async Task<int> HolderOf(string duty)
    {
        var holder = await Postgres.Ask(_database, $"SELECT holder FROM duties WHERE name LIKE '{duty}'");
        return Array.FindIndex(_apis, api => holder!.Contains($"/{api!.Id}/", StringComparison.Ordinal));
    }

    public void Pause(int replica) => _apis[replica]!.Pause();

    public void Wake(int replica) => _apis[replica]!.Wake();

    /// <summary>Whether it leaves reading the chain to another replica.</summary>
    public async Task<bool> LooksOn(int replica) => (await Readiness(replica)).Contains("another replica reads the chain", StringComparison.Ordinal);

    /// <summary>What it says of itself, ready or not.</summary>
    public async Task<string> Readiness(int replica)
    {
        using var ready = await _http.GetAsync(new Uri(_addresses[replica], "/health/ready"));
        return await ready.Content.ReadAsStringAsync();
    }

    /// <summary>Waits until all that was accepted has come to its end.</summary>
    /// <exception cref="TimeoutException">Something is still on its way.</exception>
    public async Task Idle(TimeSpan patience)
    {
        var watch = Stopwatch.StartNew();
        for (var metrics = await GetText("/metrics"); OnTheirWay(metrics); metrics = await GetText("/metrics"))
        {
            if (watch.Elapsed > patience) throw new TimeoutException($"Not idle after {patience}: {metrics}");
            await Task.Delay(100);
        }
    }

    private static bool OnTheirWay(string metrics) => UnfinishedStates().Matches(metrics).Any(m => m.Groups[1].Value != "0");

    [GeneratedRegex("computerwa_transactions{state=\"(?:queued|signed|broadcast|mined)\"} (\\d+)")]
    private static partial Regex UnfinishedStates();

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

    /// <summary>As the operator; an answer that is an error throws.</summary>
    public async Task<JsonElement> Post(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Headers = { Authorization = new("Bearer", ApiKey) } };
        using var response = await _http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>The rows of all tables that follow from the chain's logs: those that have a block number, but for the logs themselves and the transactions. SQLite only.</summary>
    public Dictionary<string, List<string>> Projections()
    {
        SQLitePCL.Batteries_V2.Init();
        using var connection = new SqliteConnection($"Data Source={_database["sqlite:".Length..]};Mode=ReadOnly");
        var tables = Read(connection,
            "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'block_number' WHERE m.type = 'table' AND m.name NOT IN ('chain_logs', 'transactions') ORDER BY 1");
        return tables.ToDictionary(t => t, t => Read(connection, $"SELECT * FROM {t} ORDER BY position"));
    }

    private static List<string> Read(SqliteConnection connection, string sql)
    {
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read()) rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue)));
        return rows;
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

    public async ValueTask DisposeAsync()
    {
        foreach (var api in _apis) api?.Dispose();
        foreach (var wire in _wires) wire.Dispose();
        _node.Dispose();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
        if (_onSharedServer) await Postgres.DropDatabase(_database);
    }
}
