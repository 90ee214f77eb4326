using ComputeRwa.Demo;

namespace ComputeRwa.EndToEnd;

/// <summary>The node, the database or both go away under load and come back: nothing is lost or doubled, and whoever asks meanwhile is told what is wrong.</summary>
[Trait("group", "outages")]
public sealed class OutageTests
{
    private const int Clients = 8;
    private const string NodeAway = "503 /problems/chain-unavailable";
    private const string DatabaseAway = "503 /problems/database-unavailable";

    private const int MostTold = 6;

    private static readonly int Requests = Repository.FullProfile ? 400 : 120;
    private static readonly int Outages = Repository.FullProfile ? 5 : 2;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_node_out_of_reach(string engine)
    {
        await using var stack = await Stack.Start(engine);
        await Survives(stack, [NodeAway], async () =>
        {
            stack.WireOf(0).IsCut = true;
            await Task.Delay(Length);
            stack.WireOf(0).IsCut = false;
        });
    }

    /// <summary>Nobody is refused: requests wait for it.</summary>
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_node_that_freezes_for_a_moment(string engine)
    {
        await using var stack = await Stack.Start(engine);
        await Survives(stack, [], async () =>
        {
            stack.PauseNode();
            await Task.Delay(Length);
            stack.WakeNode();
        });
    }

    [Theory]
    [InlineData("fast")]
    [InlineData("immediate")]
    public async Task PostgreSQL_restarted(string mode)
    {
        await using var server = await PostgresServer.Start();
        await using var stack = await Stack.Start("postgres", server: server);
        await Survives(stack, [DatabaseAway], async () =>
        {
            await (mode == "fast" ? server.Stop() : server.StopAtOnce());
            Assert.Contains("\"name\":\"database\",\"ready\":false", await stack.Readiness(0), StringComparison.Ordinal);
            await Task.Delay(Length);
            await server.GoOn();
        });
    }

    [Fact]
    public async Task Node_and_PostgreSQL_away_at_once()
    {
        await using var server = await PostgresServer.Start();
        await using var stack = await Stack.Start("postgres", server: server);
        await Survives(stack, [NodeAway, DatabaseAway], async () =>
        {
            stack.WireOf(0).IsCut = true;
            await server.StopAtOnce();
            await Task.Delay(Length);
            await server.GoOn();
            await Task.Delay(Length);
            stack.WireOf(0).IsCut = false;
        });
    }

    private static async Task Survives(Stack stack, string[] expected, Func<Task> outage)
    {
        using var admissions = await Admissions.Sign(stack, new(Repository.Seed), Requests);
        var random = new Seed(Repository.Seed).Random("outages");
        var moments = Enumerable.Range(0, Outages).Select(k => k * Requests / Outages + random.Between(1, Requests / Outages / 2)).ToArray();
        var (outages, logged) = (Task.CompletedTask, stack.LogOf(0).Length);
        await admissions.Send(Clients, async i =>
        {
            if (!moments.Contains(i)) return;
            await outages;
            outages = outage();
        });
        await outages;
        await stack.Idle(TimeSpan.FromMinutes(1));
        using var chain = OnChain.Of(stack);
        Assert.Equal(new(0, 0), await chain.Count(admissions.Accounts));
        Assert.Equal(expected.Length > 0, !admissions.Refusals.IsEmpty);
        Assert.Empty(admissions.Refusals.Keys.Except(expected));
        AssertSaidOnce(stack.LogOf(0)[logged..]);
    }

    /// <summary>Each job says once an outage, and once more if another reason follows, what it waits for; nothing is told with a stack trace.</summary>
    private static void AssertSaidOnce(string log)
    {
        Assert.False(log.Contains("   at ", StringComparison.Ordinal), log);
        var told = log.Split('\n').Count(line => line.StartsWith("warn:", StringComparison.Ordinal) || line.StartsWith("fail:", StringComparison.Ordinal));
        Assert.True(told <= MostTold * Outages, log);
    }
}
