using System.Diagnostics;
using ComputeRwa.Demo;

namespace ComputeRwa.EndToEnd;

/// <summary>Two replicas of the API as processes of their own, over one PostgreSQL.</summary>
[Trait("group", "chain")]
public sealed class ReplicaTests(ReplicaTests.Pair pair) : IClassFixture<ReplicaTests.Pair>
{
    private const int FrozenAt = 60;
    private const string Reading = "watcher";
    private const string Sending = "lane:%";
    private const int MostTries = 10;
    private const int Clients = 8;
    private const int Requests = 40;
    private static readonly int Freezes = Repository.FullProfile ? 6 : 2;

    // Of a client, who then asks another replica.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // A term, and what a frozen transaction may keep waiting.
    private static readonly TimeSpan Takeover = TimeSpan.FromSeconds(20);

    /// <summary>
    /// The first replica reads the chain. It is frozen in the middle of the story, which goes on through the second, and wakes up later in the
    /// belief that nothing happened.
    /// </summary>
    [Fact, Trait("length", "story")]
    public async Task A_frozen_replica_is_taken_over_and_changes_nothing_when_it_wakes()
    {
        await using var stack = await Stack.Start("postgres", replicas: 2);
        Assert.False(await stack.LooksOn(0));
        Assert.True(await stack.LooksOn(1));
        var (posts, frozen) = (0, new TaskCompletionSource());
        var options = stack.Options with { Sending = Sending };
        var story = Demonstration.Run(options, _ => { });
        await Task.WhenAny(story, frozen.Task);
        await Until(async () => !await stack.LooksOn(1));
        await Task.Delay(TimeSpan.FromSeconds(2)); // the story goes on
        stack.Wake(0);
        await Until(() => stack.LooksOn(0));
        Assert.False(story.IsCompleted, "The story was over before the replica woke.");
        await story;
        Assert.Equal(Expected.Table, await Demonstration.ReadTable(options, _ => { }));
        Assert.Contains($"{await stack.TransactionsSent()} transactions:", Expected.Table, StringComparison.Ordinal);

        void Sending(string step)
        {
            if (Interlocked.Increment(ref posts) != FrozenAt) return;
            stack.Pause(0);
            frozen.SetResult();
        }
    }

    /// <summary>One replica sends, the other reads the chain, and the node mines a block for each transaction and none for nothing.</summary>
    [Fact]
    public async Task What_one_replica_sends_becomes_final_through_the_one_that_reads_the_chain()
    {
        var stack = await pair.Awake();
        using var admissions = await Admissions.Sign(stack, new(Repository.Seed), MostTries, name: "split");
        for (var i = 0; i < MostTries; i++)
        {
            await Until(() => IsSplit(stack));
            var (reads, sends) = (await stack.HolderOf(Reading), await stack.HolderOf(Sending));
            await admissions.Send(i..(i + 1), concurrency: 1, before: null, sends);
            await stack.Idle(TimeSpan.FromMinutes(1));
            if (reads != sends && reads == await stack.HolderOf(Reading) && sends == await stack.HolderOf(Sending)) return;
        }
        Assert.Fail("A duty changed hands at every try: the machine gives the replicas no time.");
    }

    /// <summary>Whoever holds both duties is paused for as long as the other needs to take one that has been freed.</summary>
    private static async Task<bool> IsSplit(Stack stack)
    {
        var both = await stack.HolderOf(Reading);
        if (both != await stack.HolderOf(Sending)) return true;
        stack.Pause(both);
        await stack.Change($"UPDATE duties SET token = token + 1, until = 0 WHERE name = '{Reading}'");
        await Until(async () => await stack.HolderOf(Reading) != both);
        stack.Wake(both);
        return false;
    }

    [Fact]
    public async Task The_lane_of_a_killed_replica_is_taken_over()
    {
        var stack = await pair.Awake();
        using var admissions = await Admissions.Sign(stack, new(Repository.Seed), Requests, Patience, "killed");
        var (killed, sent) = (0, Passed(stack));
        await admissions.Send(.., Clients, async request =>
        {
            if (request != Requests / 2) return;
            await Until(() => Task.FromResult(Passed(stack).Sum() > sent.Sum()));
            killed = Passed(stack)[0] > sent[0] ? 0 : 1;
            stack.KillApi(killed);
        }, 0, 1);
        await Until(() => Task.FromResult(Passed(stack)[1 - killed] > sent[1 - killed]));
        await stack.StartApi(killed);
        await stack.Idle(TimeSpan.FromMinutes(1));
        using var chain = OnChain.Of(stack);
        Assert.Equal(new(0, 0), await chain.Count(admissions.Accounts));
    }

    /// <summary>
    /// Whoever holds the lane is frozen as soon as it has offered something to the node. The others take over; when it wakes, nothing comes from it
    /// but, at most, bytes that were committed before: the same transaction, with the same nonce.
    /// </summary>
    [Fact]
    public async Task A_replica_that_wakes_without_its_lane_sends_nothing_of_its_own()
    {
        var stack = await pair.Awake();
        using var admissions = await Admissions.Sign(stack, new(Repository.Seed), Freezes * Requests, Patience, "frozen");
        for (var freeze = 0; freeze < Freezes; freeze++)
        {
            var (from, sent) = (freeze * Requests, Passed(stack));
            var load = admissions.Send(from..(from + Requests), Clients, null, 0, 1);
            await Until(() => Task.FromResult(Passed(stack).Sum() > sent.Sum()));
            var holder = Passed(stack)[0] > sent[0] ? 0 : 1;
            stack.Pause(holder);
            await load;
            await Until(async () => await stack.HolderOf(Sending) == 1 - holder); // requests can all be accepted before that
            var (woken, before) = (Stopwatch.GetTimestamp(), AllPassed(stack));
            stack.Wake(holder);
            await stack.Idle(TimeSpan.FromMinutes(1));
            await Task.Delay(TimeSpan.FromSeconds(1)); // more than its next step
            var late = stack.WireOf(holder).Passed.Where(p => p.At > woken).Select(p => p.Raw);
            Assert.Empty(late.Except(before.Concat(stack.WireOf(1 - holder).Passed.Select(p => p.Raw))));
        }
        using var chain = OnChain.Of(stack);
        Assert.Equal(new(0, 0), await chain.Count(admissions.Accounts));

        static HashSet<string> AllPassed(Stack stack) => [.. stack.WireOf(0).Passed.Concat(stack.WireOf(1).Passed).Select(p => p.Raw)];
    }

    /// <summary>How many transactions each has offered to the node.</summary>
    private static int[] Passed(Stack stack) => [stack.WireOf(0).Passed.Count, stack.WireOf(1).Passed.Count];

    private static async Task Until(Func<Task<bool>> test)
    {
        var watch = Stopwatch.StartNew();
        while (!await test())
        {
            Assert.True(watch.Elapsed < Takeover, "No takeover in time.");
            await Task.Delay(100);
        }
    }

    /// <summary>A stack that tests share, since a chain and two processes take longer to start than most of them to run; started by the first that asks.</summary>
    public sealed class Pair : IAsyncLifetime
    {
        private Stack? _stack;

        public Task InitializeAsync() => Task.CompletedTask;

        /// <summary>Both replicas at work, whatever a test before has left behind.</summary>
        internal async Task<Stack> Awake()
        {
            if (_stack is null) return _stack = await Stack.Start("postgres", replicas: 2);
            for (var i = 0; i < 2; i++)
            {
                if (!_stack.IsRunning(i)) await _stack.StartApi(i);
                _stack.Wake(i);
            }
            await _stack.Idle(TimeSpan.FromMinutes(1));
            return _stack;
        }

        public async Task DisposeAsync()
        {
            if (_stack is not null) await _stack.DisposeAsync();
        }
    }
}
