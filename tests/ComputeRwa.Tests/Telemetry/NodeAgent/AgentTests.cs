extern alias agent;

using System.Net;
using System.Text.RegularExpressions;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using ComputeRwa.Tests.Support;
using ComputeRwa.Tests.Telemetry.Ingest;
using Shared = agent::ComputeRwa;

namespace ComputeRwa.Tests.Telemetry.NodeAgent;

/// <summary>The agent as a process, against the service over real HTTP.</summary>
[Trait("engine", "both")]
[StartsEarly(3)]
public partial class AgentTests(SharedApi shared) : IClassFixture<SharedApi>
{
    [Fact]
    public async Task One_batch_of_a_captured_H200_is_signed_kept_while_the_service_is_away_and_sent_with_the_next()
    {
        using var machine = await Machine.Start(shared.App, "H200-SXM5-141GB", gpus: 1);
        using var relay = new Relay(shared.App.Http.BaseAddress!);
        string[] options = ["--command", machine.Script("h200"), "--step", "1", "--batch", "1", "--once"];
        relay.IsCut = true;
        await Ends(machine.Agent(relay.Url, options), 3, "nothing is known of the node yet");
        relay.IsCut = false;
        await Ends(machine.Agent(relay.Url, options), 0, " info sent batches=1 last_sequence=0 ");
        relay.IsCut = true;
        await Ends(machine.Agent(relay.Url, options), 3, "warn not-sent pending=1 ");
        Assert.Single(machine.Files("pending"));
        relay.IsCut = false;
        var output = await Ends(machine.Agent(relay.Url, options), 0, " info sent batches=2 last_sequence=2 ");
        Assert.DoesNotContain(Samples.Key(machine.Number).GetPrivateKey()[2..], output, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(3, await Attested(machine));
        // No SM-active, 100 %, 627.40 W and 32,362 MiB as nvidia-smi has printed them, or the row of the idle machine.
        Assert.Contains(SampleLine().Match(output).Groups[1].Value, (string[])["-1,100,627400,32362", "-1,0,77710,0"]);
    }

    [Fact]
    public async Task A_dcgm_exporter_is_read_instead_where_one_is_named()
    {
        using var machine = await Machine.Start(shared.App, "L40S-PCIE-48GB", gpus: 1, uuid: $"GPU-{FleetClient.NextNumber():x8}-0da5-6d26-a36a-e7af1ce2586e");
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", "telemetry", "dcgm-exporter_t4.prom"))
            .Replace("GPU-20c56d28-0da5-6d26-a36a-e7af1ce2586e", machine.Node.GpuUuids[0], StringComparison.Ordinal);
        using var exporter = new TextServer(text);
        var output = await Ends(machine.Agent(shared.App.Http.BaseAddress!, "--exporter", exporter.Url, "--step", "1", "--batch", "2", "--once"), 0, " info sent ");
        Assert.Equal("-1,0,8969,0", SampleLine().Match(output).Groups[1].Value);
        Assert.Equal(1, await Attested(machine));
    }

    [Fact]
    public async Task Batches_of_a_closed_epoch_are_set_aside_with_the_reason_and_those_after_them_take_their_places()
    {
        using var machine = await Machine.Start(shared.App, "H100-SXM5-80GB", gpus: 1);
        string[] options = ["--command", machine.Script("h100"), "--step", "1", "--batch", "1", "--once"];
        Fill(machine, DateTimeOffset.UtcNow.AddDays(-40).ToUnixTimeSeconds(), batches: 3);
        await shared.App.Scratch.Write(tx => TelemetryStore.CloseEpoch(tx, DateTimeOffset.UtcNow.AddDays(-40).ToUnixTimeSeconds() / 86_400, DateTimeOffset.UtcNow));
        await Ends(machine.Agent(shared.App.Http.BaseAddress!, options), 0, "warn chain-moved was=3 next=0 ", "warn signed-anew ", "reason=\"epoch-closed: ");
        Assert.Equal(3, machine.Files("refused").Length);
        Assert.All(machine.Files("refused"), file => Assert.StartsWith("epoch-closed: ", File.ReadAllText(Path.ChangeExtension(file, ".txt")), StringComparison.Ordinal));
        Assert.Equal(1, await Attested(machine));
    }

    [Fact]
    public async Task What_the_service_has_lost_again_is_sent_again()
    {
        using var machine = await Machine.Start(shared.App, "H100-SXM5-80GB", gpus: 1);
        Fill(machine, DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 600, batches: 4);
        string[] options = ["--command", machine.Script("h100"), "--step", "1", "--batch", "1", "--once"];
        await Ends(machine.Agent(shared.App.Http.BaseAddress!, options), 0, " info sent batches=5 last_sequence=4 ");
        await shared.App.Scratch.Write(tx => KeepTwo(tx, machine.Node.Id));
        Assert.Equal(2, await Attested(machine));
        await Ends(machine.Agent(shared.App.Http.BaseAddress!, options), 0, "warn sent-again first_sequence=2 ", " info sent batches=4 last_sequence=5 ");
        Assert.Equal(6, await Attested(machine));
    }

    [Fact]
    public async Task A_full_spool_takes_no_more_samples_and_says_so_or_drops_the_oldest_where_it_is_told_to()
    {
        using var machine = await Machine.Start(shared.App, "H100-SXM5-80GB", gpus: 1);
        Fill(machine, DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 600, batches: 3);
        using var relay = new Relay(shared.App.Http.BaseAddress!);
        string[] options = ["--command", machine.Script("h100"), "--step", "1", "--batch", "1", "--most-held", "3"];
        relay.IsCut = true;
        using (var full = machine.Agent(relay.Url, options))
        {
            await full.Until(() => full.Output.Contains(" spool-full ", StringComparison.Ordinal));
            relay.IsCut = false;
            await full.Until(() => full.Output.Contains(" samples-again ", StringComparison.Ordinal));
            Assert.Equal(0, await full.Stop());
        }
        Assert.True(await Attested(machine) >= 3);

        using var other = await Machine.Start(shared.App, "H100-SXM5-80GB", gpus: 1);
        Fill(other, DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 600, batches: 3);
        await Ends(other.Agent(shared.App.Http.BaseAddress!, [.. options[2..], "--command", other.Script("h100"), "--when-full", "drop-oldest", "--once"]), 0, "error dropped ", "warn chain-moved was=1 next=0 ");
        Assert.Equal(3, await Attested(other));
    }

    [Fact]
    public async Task Settings_that_cannot_work_end_it_at_once()
    {
        using var machine = await Machine.Start(shared.App, "H100-SXM5-80GB", gpus: 1);
        await Ends(machine.Agent(shared.App.Http.BaseAddress!, "--step", "7", "--batch", "7"), 2, "does not divide the epoch's 86400 s");
        Machine.WriteSecret(machine.KeyFile, Samples.Key(SigningKeyApiTests.UsableNumber()).GetPrivateKey());
        await Ends(machine.Agent(shared.App.Http.BaseAddress!), 2, "holds the key of");
        Machine.Mode(machine.KeyFile, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        await Ends(machine.Agent(shared.App.Http.BaseAddress!), 2, "chmod 600");
    }

    [Fact]
    public async Task The_recipe_works_as_it_is_printed()
    {
        using var machine = await Machine.Start(shared.App, "H100-SXM5-80GB", gpus: 2);
        machine.Script("h100");
        await using var recipe = new Recipe("Agent", $"cd '{Recipe.Root}'", new()
        {
            ["API"] = shared.App.Http.BaseAddress!.ToString().TrimEnd('/'), ["NODE"] = machine.Node.Id.Value, ["KEY"] = machine.Fleet.Http.DefaultRequestHeaders.Authorization!.Parameter!,
            ["NODE_KEY"] = Samples.Key(machine.Number).GetPrivateKey(), ["DIR"] = Path.Combine(machine.Folder, "agent"), ["STEP"] = "1", ["BATCH"] = "2", ["ONCE"] = "1",
            // What these tests were built with; the machine's runtime need not be fetched for each run.
            ["PUBLISH"] = "--no-build", ["PATH"] = $"{machine.Folder}:{Environment.GetEnvironmentVariable("PATH")}",
        });
        Assert.True(await recipe.Wait() == 0, recipe.Output);
        Assert.Contains(" info sent batches=1 ", recipe.Output, StringComparison.Ordinal);
        Assert.Equal(1, await Attested(machine));
    }

    internal static async Task<string> Ends(AgentProcess agent, int code, params string[] said)
    {
        using (agent)
        {
            Assert.True(await agent.Exit() == code, agent.Output);
            Assert.All(said, text => Assert.Contains(text, agent.Output, StringComparison.Ordinal));
            return agent.Output;
        }
    }

    /// <summary>Batches that an agent has signed and not sent, of ten samples each.</summary>
    internal static void Fill(Machine machine, long from, int batches)
    {
        var node = machine.Node;
        var key = Shared.Agent.NodeKey.Open(machine.KeyFile, null);
        var facts = new Shared.Agent.Facts(node.Id.Value, node.NodeKey.Value, node.GpuUuids, new(840_000, 81_559), 86_400, new(0, "0x" + new string('0', 64), 0));
        using var spool = Shared.Agent.Spool.Open(machine.Spool, 60);
        spool.Use(facts, key);
        spool.WriteFacts(facts);
        // Within one epoch, wherever in it this runs.
        from = Math.Max(from - from % 86_400, Math.Min(from, from - from % 86_400 + 86_300));
        for (var i = 0; i < batches; i++)
        {
            var at = from + 20 * i;
            var readings = Enumerable.Range(0, 10).Select(s => new Shared.Agent.StepReading(at + s, 1, [-1, 50, 300_000 + s, 1_000])).ToList();
            spool.Append(facts.Head.ToChainHead(), head => Shared.Agent.SignedBatch.Make(facts, key, head, at, 1, Shared.Agent.Batching.ToColumns(readings, 1)));
        }
    }

    /// <summary>As a database does that was restored from yesterday's backup.</summary>
    private static async Task KeepTwo(Tx tx, NodeId node)
    {
        var number = await tx.Single<long>("SELECT CAST(number AS BIGINT) FROM telemetry_nodes WHERE node_id = @node", new { node });
        var kept = new List<ReadyBatch>();
        foreach (var b in await TelemetryStore.List(tx, node, -1, 2))
        {
            var columns = (await SampleStore.Find(tx, b.Epoch, node, b.Sequence))!;
            var link = new Link(node, b.Sequence, b.Epoch, b.FromSecond, (int)b.StepSeconds, (int)b.Samples, Hash32.Of(b.PreviousHash), b.Hash, "0x" + Convert.ToHexStringLower(b.Signature!));
            kept.Add(new(link, new([], ColumnsCodec.Compress(columns))));
        }
        await tx.Execute("DELETE FROM telemetry_samples WHERE node = @number", new { number });
        await tx.Execute("DELETE FROM telemetry_links WHERE node = @number AND sequence >= 2", new { number });
        await SampleStore.Insert(tx, kept, new Dictionary<NodeId, long> { [node] = number });
    }

    /// <summary>How many batches the service has of the node: a chain without a gap, all of it signed.</summary>
    internal static async Task<int> Attested(Machine machine)
    {
        var batches = (await machine.Fleet.Get($"/v1/nodes/{machine.Node.Id}/batches?limit=500"))["items"]!.AsArray();
        var previous = "0x" + new string('0', 64);
        for (var i = 0; i < batches.Count; i++)
        {
            Assert.Equal((i, previous, "attested"), ((int)batches[i]!["sequence"]!, (string)batches[i]!["previousHash"]!, (string)batches[i]!["trust"]!));
            previous = (string)batches[i]!["hash"]!;
        }
        return batches.Count;
    }

    [GeneratedRegex(@" detail sample at=.* values=([-\d,]+)")]
    private static partial Regex SampleLine();

    /// <summary>Serves one text.</summary>
    private sealed class TextServer : IDisposable
    {
        private readonly HttpListener _listener = new();

        public TextServer(string text)
        {
            using (var free = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
            {
                free.Start();
                Url = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/";
            }
            _listener.Prefixes.Add(Url);
            _listener.Start();
            _ = Serve(System.Text.Encoding.UTF8.GetBytes(text));
        }

        public string Url { get; }

        public void Dispose() => _listener.Close();

        private async Task Serve(byte[] text)
        {
            try
            {
                while (true)
                {
                    using var response = (await _listener.GetContextAsync()).Response;
                    await response.OutputStream.WriteAsync(text);
                }
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
