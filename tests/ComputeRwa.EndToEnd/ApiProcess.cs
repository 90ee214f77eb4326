using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace ComputeRwa.EndToEnd;

/// <summary>The API as a process of its own, on a database of its own, with no chain behind it: telemetry needs none.</summary>
internal sealed class ApiProcess : IAsyncDisposable
{
    private const string Key = "crwa_api_process_operator_key";

    private readonly string _folder = Directory.CreateTempSubdirectory("computerwa-api-").FullName;
    private Service? _api;
    private Func<Service>? _start;
    private bool _onSharedServer;

    public string Database { get; private set; } = "";
    public HttpClient Http { get; private set; } = null!;

    /// <param name="engine">SQLite or PostgreSQL</param>
    /// <param name="server">a PostgreSQL of the caller's own, instead of the one that all share</param>
    /// <param name="settings">others than usual, by their names in the environment</param>
    public static async Task<ApiProcess> Start(string engine, PostgresServer? server = null, params (string Name, string Value)[] settings)
    {
        var process = new ApiProcess { _onSharedServer = engine != "SQLite" && server is null };
        var deployment = Path.Combine(process._folder, "deployment.json");
        await File.WriteAllTextAsync(deployment, NoChain());
        process.Database = engine == "SQLite" ? $"sqlite:{Path.Combine(process._folder, "computerwa.db")}" : await Postgres.CreateDatabase(server?.Connection);
        var url = $"http://127.0.0.1:{Ports.Free()}";
        process.Http = new() { BaseAddress = new(url), DefaultRequestHeaders = { Authorization = new("Bearer", Key) }, Timeout = TimeSpan.FromMinutes(5) };
        var environment = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = url,
            ["Db__Url"] = process.Database,
            ["Auth__OperatorKey"] = Key,
            ["Chain__RpcUrl"] = "http://127.0.0.1:1",
            ["Chain__Deployment"] = deployment,
            ["Chain__OperatorKey"] = "0x" + new string('1', 64),
            ["Logging__LogLevel__Default"] = "Error",
        };
        foreach (var (name, value) in settings) environment[name] = value;
        process._start = () => Service.Start(Path.Combine(process._folder, "api.log"), environment, "dotnet", Repository.ApiAssembly);
        process._api = process._start();
        await process._api.Ready(process.IsUp, TimeSpan.FromSeconds(60));
        return process;
    }

    /// <summary>SIGKILL: what is under way has no answer.</summary>
    public void Kill() => _api!.Kill();

    /// <summary>Starts it again on its database.</summary>
    public async Task Restart()
    {
        if (!_api!.HasExited) _api.Kill();
        _api.Dispose();
        _api = _start!();
        await _api.Ready(IsUp, TimeSpan.FromSeconds(60));
    }

    /// <summary>Processor time it has used.</summary>
    public TimeSpan Cpu
    {
        get
        {
            using var process = Process.GetProcessById(_api!.Id);
            return process.TotalProcessorTime;
        }
    }

    /// <summary>Bytes in memory at most, and now.</summary>
    public long PeakMemory => Look(p => p.PeakWorkingSet64);

    public long Memory => Look(p => p.WorkingSet64);

    public string Log => _api!.Log;

    private long Look(Func<Process, long> at)
    {
        using var process = Process.GetProcessById(_api!.Id);
        return at(process);
    }

    public async Task<string> Create(string path, object body)
    {
        using var response = await Http.PostAsJsonAsync(path, body);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        return response.IsSuccessStatusCode ? answer.GetProperty("id").GetString()! : throw new InvalidOperationException($"{path}: {answer}");
    }

    /// <summary>Bytes of telemetry on disk, indexes included; of SQLite all pages in use, so only growth says something.</summary>
    /// <param name="inbox">whether what is in no batch yet counts; in SQLite its pages are free once it is empty</param>
    public async Task<long> Stored(bool inbox = true)
    {
        if (Database.StartsWith("postgres:", StringComparison.Ordinal))
            return long.Parse((await Postgres.Ask(Database, "SELECT SUM(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relname LIKE 'telemetry%'" + (inbox ? "" : " AND relname <> 'telemetry_inbox'")))!, System.Globalization.CultureInfo.InvariantCulture);
        await using var connection = new SqliteConnection($"Data Source={Database["sqlite:".Length..]}");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT ((SELECT page_count FROM pragma_page_count) - (SELECT freelist_count FROM pragma_freelist_count)) * (SELECT page_size FROM pragma_page_size)";
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<bool> IsUp()
    {
        try
        {
            using var response = await Http.GetAsync("/health/live");
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static string NoChain()
    {
        static string Address(int i) => $"0x{i:x40}";
        return JsonSerializer.Serialize(new
        {
            chainId = 31337, deployedAtBlock = 1, epochLength = 86_400, challengeWindow = 0, rootBond = "0", disputeBond = "0", livenessEpochs = 7, salt = "0x" + new string('5', 64),
            contracts = new
            {
                leaseBook = Address(0x11), leaseClaims = Address(0x12), epochLedger = Address(0x13), eligibility = Address(0x14), testDollar = Address(0x15),
                useRights = Address(0x16), authority = Address(0x17), bondToken = Address(0x15),
            },
            attestors = new[] { Address(1), Address(2), Address(3) }, threshold = 2, registrar = Address(4), feeRecipient = Address(5),
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_api is { HasExited: false }) _api.Kill();
        _api?.Dispose();
        Http?.Dispose();
        Directory.Delete(_folder, recursive: true);
        if (_onSharedServer) await Postgres.DropDatabase(Database);
    }
}
