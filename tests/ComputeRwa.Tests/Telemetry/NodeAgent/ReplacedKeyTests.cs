extern alias agent;

using System.Net.Http.Json;
using System.Text.Json;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Tests.Support;
using Shared = agent::ComputeRwa;

namespace ComputeRwa.Tests.Telemetry.NodeAgent;

/// <summary>The agent gets another key, as an operator gives it one.</summary>
[Collection(SharedApi.Name)]
[Trait("engine", "both")]
public sealed class ReplacedKeyTests(SharedApi shared) : IAsyncLifetime
{
    private readonly int _next = SigningKeyApiTests.UsableNumber();
    private Machine _machine = null!;
    private string _nextFile = "";
    private string[] _once = [];

    public async Task InitializeAsync()
    {
        _machine = await Machine.Start(shared.App, "H100-SXM5-80GB", gpus: 1);
        _nextFile = Path.Combine(_machine.Folder, "next.key");
        Machine.WriteSecret(_nextFile, Samples.Key(_next).GetPrivateKey());
        _once = ["--command", _machine.Script("h100"), "--step", "1", "--batch", "1", "--once"];
    }

    public Task DisposeAsync()
    {
        _machine.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task What_waits_is_sent_under_the_old_key_and_the_new_one_signs_what_comes_next()
    {
        AgentTests.Fill(_machine, DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 600, batches: 3);
        var output = await AgentTests.Ends(Replace(), 0, " info sent batches=3 last_sequence=2 ", $" info replaced number=1 key={Samples.Key(_next).GetPublicAddress()} from_sequence=3 ", "start the agent with --key");
        Assert.DoesNotContain(Samples.Key(_next).GetPrivateKey()[2..], output, StringComparison.OrdinalIgnoreCase);
        Assert.Equal((3, 2), (await AgentTests.Attested(_machine), await Keys()));
        // Run again it changes nothing, and the old key no longer starts the agent.
        await AgentTests.Ends(Replace(), 0, " info replaced-before number=1 ");
        await AgentTests.Ends(_machine.Agent(shared.App.Http.BaseAddress!, _once), 2, "holds the key of");
        Machine.WriteSecret(_machine.KeyFile, Samples.Key(_next).GetPrivateKey());
        await AgentTests.Ends(_machine.Agent(shared.App.Http.BaseAddress!, _once), 0, " info sent batches=1 last_sequence=3 ");
        Assert.Equal((4, 2), (await AgentTests.Attested(_machine), await Keys()));
    }

    [Fact]
    public async Task After_a_crash_between_the_request_and_its_answer_the_next_run_finds_the_key_replaced()
    {
        using var relay = new Relay(shared.App.Http.BaseAddress!);
        relay.IsCut = true;
        await AgentTests.Ends(Replace(relay.Url), 3, "warn not-replaced ");
        Assert.Equal(1, await Keys());
        (relay.IsCut, relay.LosesAnswers) = (false, true);
        await AgentTests.Ends(Replace(relay.Url), 3, "warn not-replaced ");
        Assert.Equal((1, 2), (relay.Lost, await Keys()));
        relay.LosesAnswers = false;
        await AgentTests.Ends(Replace(relay.Url), 0, " info replaced-before number=1 ");
        Machine.WriteSecret(_machine.KeyFile, Samples.Key(_next).GetPrivateKey());
        // The spool remembers: it starts without the service.
        relay.IsCut = true;
        await AgentTests.Ends(_machine.Agent(relay.Url, _once), 3, "warn not-sent pending=1 ");
        relay.IsCut = false;
        await AgentTests.Ends(_machine.Agent(relay.Url, _once), 0, " info sent batches=2 last_sequence=1 ");
        Assert.Equal(2, await AgentTests.Attested(_machine));
    }

    [Fact]
    public async Task Nothing_is_replaced_before_what_waits_is_sent()
    {
        AgentTests.Fill(_machine, DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 600, batches: 2);
        using var relay = new Relay(shared.App.Http.BaseAddress!);
        relay.LosesAnswers = true;
        await AgentTests.Ends(Replace(relay.Url), 3, "warn not-replaced pending=2 ");
        Assert.Equal(1, await Keys());
        relay.LosesAnswers = false;
        await AgentTests.Ends(Replace(relay.Url), 0, " from_sequence=2 ");
        Assert.Equal((2, 2), (await AgentTests.Attested(_machine), await Keys()));
    }

    [Fact]
    public async Task What_was_signed_by_a_key_that_no_longer_signs_is_signed_anew_and_lost_by_nobody()
    {
        AgentTests.Fill(_machine, DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 600, batches: 4);
        // Somebody else has replaced the key while these waited: from the second on they need the new one.
        var asked = new SigningKey(1, 1, SigningKeyTests.AddressOf(_next));
        await FleetClient.Ok(await _machine.Fleet.Http.PostAsJsonAsync($"/v1/nodes/{_machine.Node.Id}/signing-keys", SigningKeyTests.Proof(_machine.Node, asked, _machine.Number, _next), JsonSerializerOptions.Web));
        await AgentTests.Ends(_machine.Agent(shared.App.Http.BaseAddress!, _once), 2, "holds the key of");
        Machine.WriteSecret(_machine.KeyFile, Samples.Key(_next).GetPrivateKey());
        await AgentTests.Ends(_machine.Agent(shared.App.Http.BaseAddress!, _once), 0, "warn signed-anew batches=3 ", " info sent batches=5 last_sequence=4 ");
        Assert.Equal(5, await AgentTests.Attested(_machine));
        Assert.Empty(_machine.Files("refused"));
    }

    [Fact]
    public async Task Keys_that_cannot_do_it_end_it_and_change_nothing()
    {
        var own = File.ReadAllText(_machine.KeyFile).Trim();
        Machine.WriteSecret(_nextFile, own);
        await AgentTests.Ends(Replace(), 2, "a key is used once");
        Machine.WriteSecret(_nextFile, "0x12");
        await AgentTests.Ends(Replace(), 2, "must hold 0x and 64 hex digits");
        Machine.WriteSecret(_nextFile, Samples.Key(_next).GetPrivateKey());
        Machine.Mode(_nextFile, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        await AgentTests.Ends(Replace(), 2, "chmod 600");
        Machine.Mode(_nextFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Machine.WriteSecret(_machine.KeyFile, Samples.Key(SigningKeyApiTests.UsableNumber()).GetPrivateKey());
        await AgentTests.Ends(Replace(), 2, "and the one to replace is");
        Machine.WriteSecret(_machine.KeyFile, own);
        // The key of another node, which only the service knows.
        var other = SigningKeyApiTests.UsableNumber();
        await _machine.Fleet.AddNode(other, 1);
        Machine.WriteSecret(_nextFile, Samples.Key(other).GetPrivateKey());
        await AgentTests.Ends(Replace(), 2, "The service refuses the key: duplicate-name");
        Assert.Equal(1, await Keys());
        await AgentTests.Ends(_machine.Agent(shared.App.Http.BaseAddress!, _once), 0, " info sent batches=1 ");
    }

    [Fact]
    public async Task It_is_not_done_while_the_agent_runs()
    {
        using var running = _machine.Agent(shared.App.Http.BaseAddress!, "--command", _machine.Script("h100"), "--step", "1", "--batch", "1");
        await running.Until(() => running.Output.Contains(" info started ", StringComparison.Ordinal));
        await AgentTests.Ends(Replace(), 2, "cannot be used, perhaps because another agent uses it");
        Assert.Equal(0, await running.Stop());
        Assert.Equal(1, await Keys());
    }

    [Fact]
    public void A_spool_takes_what_any_key_of_the_node_has_signed_and_signs_again_only_what_its_own_key_signs_now()
    {
        var folder = Path.Combine(_machine.Folder, "unit");
        var next = Shared.Agent.NodeKey.Open(_nextFile, null);
        var facts = SpoolTests.Facts with { Replacements = [new(1, 2, next.Address.Value)] };
        var columns = Shared.Agent.Batching.ToColumns([new(600, 10, [-1, -1, 50, 60, 70_000, 80_000, 1_000, 1])], 2);
        using (var spool = Shared.Agent.Spool.Open(folder, 2))
        {
            spool.Use(SpoolTests.Facts, SpoolTests.Key);
            for (var i = 0; i < 4; i++) spool.Append(new(0, Shared.Kernel.Hash32.Zero, 0), head => Shared.Agent.SignedBatch.Make(SpoolTests.Facts, SpoolTests.Key, head, 600 + 60 * head.NextSequence, 10, columns));
        }
        var before = Directory.GetFiles(Path.Combine(folder, "pending")).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToList();
        using (var spool = Shared.Agent.Spool.Open(folder, 2))
        {
            spool.Use(facts, next);
            var (batches, damaged, resigned) = spool.First(10, null);
            Assert.Equal((4, 0, 2), (batches.Count, damaged.Count, resigned));
            Assert.Equal([SpoolTests.Key.Address, SpoolTests.Key.Address, next.Address, next.Address], batches.ConvertAll(b => b.SignedBy));
            // The link is the same: only who signed it is another.
            Assert.Equal(before.Select(b => Shared.Agent.SignedBatch.Read(b, facts, next)!.Link.Hash), batches.Select(b => b.Link.Hash));
            Assert.Equal((4, 0), (spool.First(10, null).Batches.Count, spool.First(10, null).Resigned)); // it is on the disk
        }
        // A key that never was the node's signs nothing that is taken.
        Machine.WriteSecret(_nextFile, Samples.Key(_machine.Number).GetPrivateKey());
        var foreign = Shared.Agent.SignedBatch.Make(facts, Shared.Agent.NodeKey.Open(_nextFile, null), new(0, Shared.Kernel.Hash32.Zero, 0), 600, 10, columns);
        Assert.Null(Shared.Agent.SignedBatch.Read(foreign.ToBytes(), facts, next));
        Assert.Equal([SpoolTests.Key.Address, SpoolTests.Key.Address, next.Address], new long[] { 0, 1, 2 }.Select(facts.KeyAt));
        Assert.Equal(facts.ToBytes(), Shared.Agent.Facts.Read(facts.ToBytes()).ToBytes());
    }

    private AgentProcess Replace(Uri? api = null) => _machine.Agent(api ?? shared.App.Http.BaseAddress!, "--replace-key", _nextFile);

    /// <summary>How many keys the service knows of the node.</summary>
    private async Task<int> Keys() => (await _machine.Fleet.Get($"/v1/nodes/{_machine.Node.Id}/signing-keys"))["items"]!.AsArray().Count;
}
