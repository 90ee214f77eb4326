using ComputeRwa.Demo;

namespace ComputeRwa.EndToEnd;

/// <summary>Two replicas of the API as processes of their own, over one PostgreSQL.</summary>
public sealed class ReplicaTests
{
    private const int FrozenAt = 60;

    // A term, and what a frozen transaction may keep waiting.
    private static readonly TimeSpan Takeover = TimeSpan.FromSeconds(20);

    /// <summary>
    /// The first replica reads the chain. It is frozen in the middle of the story, which goes on through the second, and wakes up later in the
    /// belief that nothing happened.
    /// </summary>
    [Fact]
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

    private static async Task Until(Func<Task<bool>> test)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!await test())
        {
            Assert.True(watch.Elapsed < Takeover, "No takeover in time.");
            await Task.Delay(100);
        }
    }
}
