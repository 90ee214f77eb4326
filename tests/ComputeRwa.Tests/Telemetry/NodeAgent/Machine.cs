using System.Diagnostics;
using System.Text;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Telemetry.NodeAgent;

/// <summary>A machine with GPUs on which the agent runs as a process of its own; a script stands in for nvidia-smi and prints captured rows.</summary>
internal sealed class Machine : IDisposable
{
    private readonly int _number;

    private Machine(TestApp app, FleetClient fleet, Node node, int number, string folder) => (App, Fleet, Node, _number, Folder) = (app, fleet, node, number, folder);

    public TestApp App { get; }
    public FleetClient Fleet { get; }
    public Node Node { get; }
    public string Folder { get; }
    public string Spool => Path.Combine(Folder, "spool");
    public string KeyFile => Path.Combine(Folder, "node.key");

    /// <param name="model">of its GPUs</param>
    /// <param name="uuids">null for made ones</param>
    public static async Task<Machine> Start(TestApp app, string model, int gpus, string? uuid = null)
    {
        var number = FleetClient.NextNumber();
        // A key that begins with a zero byte is one in 256, and is not taken.
        while (Samples.Key(number).GetPrivateKey().StartsWith("0x00", StringComparison.Ordinal)) number = FleetClient.NextNumber();
        var fleet = await FleetClient.Join(app);
        var request = fleet.NodeRequest(number, gpus) with { GpuModel = model };
        if (uuid is not null) request = request with { GpuUuids = [uuid] };
        var id = (string)(await app.PostOk("/v1/nodes", request))["id"]!;
        var node = Samples.Node(number, gpus) with { Id = NodeId.From(id), Model = Hardware.Find(model)!, GpuUuids = [.. request.GpuUuids.Select(u => u!)] };
        var machine = new Machine(app, fleet, node, number, Directory.CreateTempSubdirectory("computerwa-agent-").FullName);
        WriteSecret(machine.KeyFile, Samples.Key(number).GetPrivateKey());
        return machine;
    }

    public int Number => _number;

    public static void Mode(string path, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException("The agent is for Linux.");
        File.SetUnixFileMode(path, mode);
    }

    public static void WriteSecret(string path, string text)
    {
        File.WriteAllText(path, text + "\n");
        Mode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>A script that prints the capture of a machine at load and of the same machine idle, by turns, for each GPU: the columns are as nvidia-smi has printed them.</summary>
    public string Script(string capture)
    {
        var (load, idle) = (Capture($"nvidia-smi_{capture}_load.csv"), Capture($"nvidia-smi_{capture}_idle.csv"));
        Assert.Equal(load[0], idle[0]);
        var rows = new[] { load[1], idle[1] };
        for (var turn = 0; turn < 2; turn++)
            File.WriteAllLines(Path.Combine(Folder, $"turn{turn}.csv"), [load[0], .. Node.GpuUuids.Select((uuid, i) => rows[(i + turn) % 2].Replace("GPU-00000000-0000-0000-0000-000000000000", uuid, StringComparison.Ordinal))]);
        var script = Path.Combine(Folder, "nvidia-smi");
        File.WriteAllText(script, $"#!/bin/sh\ncat {Folder}/turn$(( $(date +%s) % 2 )).csv\n");
        Mode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return script;
    }

    /// <summary>Starts the agent; its settings but for these are those of a test: a sample a second, short waits.</summary>
    public AgentProcess Agent(Uri api, params string[] options) => new(
        ["--api", $"{api.ToString().TrimEnd('/')}/v1", "--node", Node.Id.Value, "--key", KeyFile, "--spool", Spool, "--verbose", "--retry-most", "1", .. options],
        new() { ["COMPUTERWA_AGENT_API_KEY"] = Fleet.Http.DefaultRequestHeaders.Authorization!.Parameter! });

    public string[] Files(string state) => [.. Directory.EnumerateFiles(Path.Combine(Spool, state), "*.crwb").Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        Fleet.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static string[] Capture(string file) => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "vectors", "telemetry", file));
}

internal sealed class AgentProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    public AgentProcess(string[] arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "computerwa-agent.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        _process = new() { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <summary>SIGKILL: no handler runs.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async Task<int> Stop()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
        return await Exit();
    }

    public async Task<int> Exit()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public async Task Until(Func<bool> holds)
    {
        var watch = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.False(_process.HasExited, Output);
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), Output);
            await Task.Delay(50);
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (_output) _output.AppendLine(line);
    }
}
