using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Telemetry.NodeAgent;

// What it tries is on the agent's disk and on the wire; AgentTests run on both engines.
[Trait("engine", "sqlite")]
[StartsEarly(5)]
public partial class KilledAgentTests
{
    /// <summary>
    /// The agent is killed at random moments, while the service is there, away, and while answers get lost; then it runs to its end. Each sample that it
    /// said it had taken is on the service once, with its value; the chain has no gap, and all of it is signed.
    /// </summary>
    [Fact]
    public async Task An_agent_that_is_killed_again_and_again_loses_nothing_and_repeats_nothing()
    {
        const int Kills = 12;
        await using var app = await TestApp.StartWithoutChain();
        using var machine = await Machine.Start(app, "H100-SXM5-80GB", gpus: 2);
        using var relay = new Relay(app.Http.BaseAddress!);
        var script = machine.Script("h100");
        var random = new Random(20261122);
        var output = "";
        for (var i = 0; i < Kills; i++)
        {
            (relay.IsCut, relay.LosesAnswers) = (i is >= 3 and < 6, i is >= 7 and < 10);
            using var agent = machine.Agent(relay.Url, "--command", script, "--step", "1", "--batch", "2");
            // Some while it starts, most while it samples, makes batches and sends, one after an answer was lost.
            var starting = i % 5 == 4;
            if (!starting) await agent.Until(() => agent.Output.Contains(" detail sample ", StringComparison.Ordinal));
            if (i == 8) await agent.Until(() => relay.Lost > 0);
            await Task.Delay(starting ? random.Next(400, 900) : random.Next(1_400));
            await agent.Kill();
            output += agent.Output;
        }
        (relay.IsCut, relay.LosesAnswers) = (false, false);
        using (var last = machine.Agent(relay.Url, "--command", script, "--step", "1", "--batch", "2"))
        {
            await last.Until(() => last.Output.Contains(" info sent ", StringComparison.Ordinal) && machine.Files("pending").Length == 0);
            Assert.Equal(0, await last.Stop());
            output += last.Output;
        }
        // What is in no batch yet is in the journal: a last run for one batch brings it.
        using (var once = machine.Agent(relay.Url, "--command", script, "--step", "1", "--batch", "2", "--once"))
        {
            Assert.True(await once.Exit() == 0, once.Output);
            output += once.Output;
        }
        Assert.Contains("not-sent", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Z error ", output, StringComparison.Ordinal);
        Assert.Empty(machine.Files("refused"));
        await HoldsAll(machine, output);
    }

    private static async Task HoldsAll(Machine machine, string output)
    {
        var taken = SampleLine().Matches(output).Select(m => (At: long.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture), Values: m.Groups[2].Value.Split(','))).ToList();
        Assert.True(taken.Count >= 10, $"Only {taken.Count} samples were taken: {output}");
        Assert.Equal(taken.Count, taken.DistinctBy(t => t.At).Count());

        var batches = (await machine.Fleet.Get($"/v1/nodes/{machine.Node.Id}/batches?limit=500"))["items"]!.AsArray();
        var (previous, end, steps) = ("0x" + new string('0', 64), 0L, new List<long>());
        for (var i = 0; i < batches.Count; i++)
        {
            var batch = batches[i]!;
            var from = batch["from"]!.GetValue<DateTimeOffset>().ToUnixTimeSeconds();
            Assert.Equal((i, previous, "attested"), ((int)batch["sequence"]!, (string)batch["previousHash"]!, (string)batch["trust"]!));
            Assert.True(from >= end, "Two batches overlap.");
            (previous, end) = ((string)batch["hash"]!, from + (long)batch["stepSeconds"]! * (long)batch["samples"]!);
            for (var at = from; at < end; at++) steps.Add(at);
        }
        var powers = new List<JsonArray>();
        for (var gpu = 0; gpu < 2; gpu++)
            powers.Add((await machine.Fleet.Get($"/v1/nodes/{machine.Node.Id}/series?from={Time(steps[0])}&to={Time(end)}&stepSeconds=1&gpu={gpu}"))["points"]!.AsArray());
        foreach (var (at, values) in taken)
        {
            Assert.Single(steps, at);
            for (var gpu = 0; gpu < 2; gpu++)
            {
                var point = powers[gpu][(int)(at - steps[0])]!;
                Assert.Equal((Time(at), 1, int.Parse(values[4 + gpu], CultureInfo.InvariantCulture) / 1_000), (Time(point["at"]!.GetValue<DateTimeOffset>().ToUnixTimeSeconds()), (int)point["availableSeconds"]!, (int)point["joules"]!));
            }
        }
        // What was not taken was not made up either.
        var seen = powers[0].Count(p => (int)p!["availableSeconds"]! > 0);
        Assert.InRange(seen, taken.Count, taken.Count + 16);
    }

    private static string Time(long second) => DateTimeOffset.FromUnixTimeSeconds(second).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    [GeneratedRegex(@" detail sample at=(\d+) .* values=([-\d,]+)")]
    private static partial Regex SampleLine();
}
