using System.Diagnostics;
using System.Text.Json;
using ComputeRwa.Chain;
using ComputeRwa.EndToEnd;
using ComputeRwa.Kernel;
using Nethereum.Contracts;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Hex.HexTypes;
using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.Signer;
using Service = ComputeRwa.EndToEnd.Service;

namespace ComputeRwa.Benchmarks;

/// <summary>An anvil with blocks of one second and 300 M gas, the contracts on it, and the API with a database file; all fresh.</summary>
internal sealed class AnvilStack : IAsyncDisposable
{
    public const string ApiKey = "crwa_benchmark_operator_key";

    /// <summary>The fifth of the development chain's public accounts, which scripts/deploy.mjs makes the registrar.</summary>
    public static readonly EthECKey Registrar = new("0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a");

    private readonly string _folder = Directory.CreateTempSubdirectory("computerwa-bench-").FullName;
    private readonly Service _node;
    private Process? _api;
    private string _database = "";

    private AnvilStack(int port)
    {
        var url = new Uri($"http://127.0.0.1:{port}");
        (Rpc, Url) = (new RpcClient(url), url);
        Client = new(Rpc);
        _node = Service.Start(Path.Combine(_folder, "anvil.log"), new Dictionary<string, string>(),
            Path.Combine(Repository.Root, "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"), "--host", "127.0.0.1", "--port", $"{port}", "--chain-id", "31337", "--silent",
            "--gas-limit", "300000000", "--prune-history=64", "--mnemonic", "test test test test test test test test test test test junk");
    }

    public Uri Url { get; }
    public IClient Rpc { get; }
    public ChainClient Client { get; }
    public Uri Api { get; private set; } = new("http://127.0.0.1:1");
    public Deployment Deployment { get; set; } = null!;
    public Address Operator { get; private set; }

    public TimeSpan ApiCpu
    {
        get
        {
            _api!.Refresh();
            return _api.TotalProcessorTime;
        }
    }

    public TimeSpan NodeCpu => _node.ProcessorTime;

    /// <summary>From the start of the process to its first answer.</summary>
    public TimeSpan ApiStart { get; private set; }

    /// <summary>Bytes.</summary>
    public long ApiPeakMemory
    {
        get
        {
            _api!.Refresh();
            return _api.PeakWorkingSet64;
        }
    }

    public static async Task<AnvilStack> Start()
    {
        var stack = new AnvilStack(Ports.Free());
        try
        {
            await stack._node.Ready(stack.NodeAnswers, TimeSpan.FromSeconds(60));
            var path = Path.Combine(stack._folder, "deployment.json");
            await Repository.RunNode("scripts/deploy.mjs", "--rpc", stack.Url.OriginalString, "--out", path);
            stack.Deployment = Deployment.Read(path);
            await stack.Rpc.SendRequestAsync<object?>("evm_setIntervalMining", null, 1);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>A new account with ether.</summary>
    public async Task<EthECKey> Funded()
    {
        var key = EthECKey.GenerateKey();
        while (key.GetPrivateKeyAsBytes()[0] == 0) key = EthECKey.GenerateKey();
        await Fund(key);
        return key;
    }

    /// <summary>A transaction of somebody's own, mined when this returns.</summary>
    public async Task Send<T>(EthECKey from, string to, T message) where T : FunctionMessage
    {
        await Fund(from);
        var signer = OperatorKey.Parse(from.GetPrivateKey());
        var nonce = await Client.TransactionCount(signer.Address, block: null);
        var signed = await signer.Sign(new(Deployment.ChainId, nonce, new Fees(100_000_000_000, 1_000_000_000), 1_000_000, Address.Parse(to), message.GetCallData().ToHex(true)));
        if ((await Client.Broadcast([signed.Raw]))[0] is { } error) throw new InvalidOperationException(error.Message);
        for (var receipt = await Receipt(); receipt?.Status?.Value != 1; receipt = await Receipt())
        {
            if (receipt is not null) throw new InvalidOperationException($"{typeof(T).Name} reverted.");
            await Task.Delay(50);
        }

        async Task<TransactionReceipt?> Receipt() => (await Client.Receipts([signed.Hash]))[0];
    }

    private Task Fund(EthECKey account) => Fund(account.GetPublicAddress());

    private async Task Fund(string account) =>
        await Rpc.SendRequestAsync<object?>("anvil_setBalance", null, account, new HexBigInteger(System.Numerics.BigInteger.Pow(10, 22)).HexValue);

    /// <summary>A contract of an account of its own, and so at the same address on every fresh chain.</summary>
    public async Task<string> Create(string creationCode)
    {
        const string from = "0x00000000000000000000000000000000c0de0001";
        await Fund(from);
        await Rpc.SendRequestAsync<object?>("anvil_impersonateAccount", null, from);
        var sent = Hash32.Parse(await Rpc.SendRequestAsync<string>("eth_sendTransaction", null, new { from, data = creationCode, gas = "0x4c4b40" }));
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(30); await Task.Delay(50))
            if ((await Client.Receipts([sent]))[0] is { } receipt)
                return receipt.Status?.Value == 1 ? receipt.ContractAddress! : throw new InvalidOperationException("The contract was not created.");
        throw new InvalidOperationException("The contract's creation was not mined.");
    }

    /// <param name="packGas">Chain:PackGas</param>
    /// <param name="relay">starts the <see cref="Relay"/> in its place</param>
    public async Task StartApi(string engine, long packGas = 0, bool relay = false)
    {
        var path = Path.Combine(_folder, "deployment.json");
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(Deployment, JsonSerializerOptions.Web));
        var key = await Funded();
        Operator = Address.Parse(key.GetPublicAddress());
        _database = engine == "SQLite" ? $"sqlite:{Path.Combine(_folder, "computerwa.db")}" : await Postgres.CreateDatabase();
        Api = new($"http://127.0.0.1:{Ports.Free()}");
        var start = new ProcessStartInfo("dotnet", relay ? [typeof(Relay).Assembly.Location, Relay.Mode] : [Repository.ApiAssembly])
        {
            Environment =
            {
                ["ASPNETCORE_URLS"] = Api.OriginalString,
                ["Db__Url"] = _database,
                ["Auth__OperatorKey"] = ApiKey,
                ["Chain__RpcUrl"] = Url.OriginalString,
                ["Chain__Deployment"] = path,
                ["Chain__PackGas"] = $"{packGas}",
                ["Chain__OperatorKey"] = key.GetPrivateKey(),
                ["Logging__LogLevel__Default"] = "Warning",
            },
        };
        var watch = Stopwatch.StartNew();
        _api = Process.Start(start)!;
        using var http = new HttpClient { BaseAddress = Api, Timeout = TimeSpan.FromSeconds(5) };
        await Until("/health/live", TimeSpan.FromMilliseconds(10));
        ApiStart = watch.Elapsed;
        await Until("/health/ready", TimeSpan.FromMilliseconds(100));

        async Task Until(string answers, TimeSpan pause)
        {
            for (; !await Answers(http, answers); await Task.Delay(pause))
                if (_api.HasExited || watch.Elapsed > TimeSpan.FromMinutes(2)) throw new InvalidOperationException($"The API does not answer {answers}.");
        }
    }

    private static async Task<bool> Answers(HttpClient http, string path)
    {
        try
        {
            using var response = await http.GetAsync(path);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private async Task<bool> NodeAnswers()
    {
        try
        {
            return await Rpc.SendRequestAsync<string>("eth_chainId") is not null;
        }
        catch (RpcClientUnknownException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_api is { HasExited: false })
        {
            _api.Kill();
            _api.WaitForExit();
        }
        _api?.Dispose();
        _node.Dispose();
        Directory.Delete(_folder, recursive: true);
        if (_database.StartsWith("postgres:", StringComparison.Ordinal)) await Postgres.DropDatabase(_database);
    }
}
