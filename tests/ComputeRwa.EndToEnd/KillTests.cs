using ComputeRwa.Demo;

namespace ComputeRwa.EndToEnd;

/// <summary>SIGKILL of the API, again and again, in the middle of the demonstration.</summary>
[Trait("group", "outages")]
public sealed class KillTests
{
    private const int Kills = 10;
    private const int LongestDelayMilliseconds = 40;

    public static TheoryData<string, int> Seeds()
    {
        var data = new TheoryData<string, int>();
        foreach (var seed in Enumerable.Range(1, Repository.FullProfile ? 5 : 1))
        {
            data.Add("sqlite", seed);
            data.Add("postgres", seed);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task The_API_killed_at_ten_moments_comes_to_the_same_table(string engine, int seed)
    {
        await using var stack = await Stack.Start(engine);
        await using var killer = new Killer(stack, seed);
        var options = stack.Options with { Sending = killer.Sending };
        await Demonstration.Run(options, _ => { });
        await killer.Finish();
        Assert.Equal(Kills, killer.Killed.Count);
        Assert.Equal(Expected.Table, await Demonstration.ReadTable(options, _ => { }));
        Assert.Contains($"{await stack.TransactionsSent()} transactions:", Expected.Table, StringComparison.Ordinal);
    }

    /// <summary>The story's posts fall into ten equal parts; in each, one seeded post is the moment, plus a seeded delay.</summary>
    private sealed class Killer : IAsyncDisposable
    {
        private readonly Stack _stack;
        private readonly Randomness _random;
        private readonly HashSet<int> _moments;
        private readonly Lock _lock = new();
        private Task _last = Task.CompletedTask;
        private int _posts;

        public Killer(Stack stack, int seed)
        {
            (_stack, _random) = (stack, new Seed(seed).Random("kills"));
            var part = Expected.Posts / Kills;
            _moments = [.. Enumerable.Range(0, Kills).Select(k => k * part + _random.Between(1, part))];
        }

        public List<string> Killed { get; } = [];

        public void Sending(string step)
        {
            lock (_lock)
            {
                if (!_moments.Contains(++_posts)) return;
                Killed.Add(step);
                var delay = _random.Between(0, LongestDelayMilliseconds);
                _last = _last.ContinueWith(_ => KillAndRestart(delay), TaskScheduler.Default).Unwrap();
            }
        }

        /// <exception cref="InvalidOperationException">A restart failed.</exception>
        public Task Finish() => _last;

        private async Task KillAndRestart(int delay)
        {
            await Task.Delay(delay);
            _stack.KillApi();
            await _stack.StartApi();
        }

        public async ValueTask DisposeAsync() => await _last.ContinueWith(_ => { }, TaskScheduler.Default);
    }
}
