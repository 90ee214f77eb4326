using System.Diagnostics;
using System.Globalization;
using ComputeRwa.Demo;
using Xunit.Abstractions;

namespace ComputeRwa.EndToEnd;

/// <summary>
/// SIGKILL of the API, again and again, while keyed requests come in at once from several clients. COMPUTERWA_SEED chooses the moments.
/// The slowest recovery is told and not judged: how long a start takes is the machine's affair.
/// </summary>
[Trait("group", "chain")]
public sealed class KillsUnderLoadTests(ITestOutputHelper output)
{
    private const int Clients = 16;
    private const int RequestsPerKill = 50;
    private const int LongestDelayMilliseconds = 40;
    private static readonly int Kills = Repository.FullProfile ? 20 : 3;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task No_acknowledged_request_is_lost_or_sent_twice(string engine)
    {
        await using var stack = await Stack.Start(engine);
        using var admissions = await Admissions.Sign(stack, new(Repository.Seed), Kills * RequestsPerKill);
        var killer = new Killer(stack, admissions, new(Repository.Seed));
        await admissions.Send(Clients, killer.Before);
        await killer.Finish();
        await stack.Idle(TimeSpan.FromMinutes(1));
        using var chain = OnChain.Of(stack);
        var tally = await chain.Count(admissions.Accounts);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"kills on {engine}: {admissions.Accounts.Count} requests, {killer.Recoveries.Count} kills, {tally.Duplicates} duplicates, {tally.Missing} missing, slowest recovery {killer.Recoveries.Max().TotalSeconds:0.0} s, seed {Repository.Seed}"));
        Assert.Equal(Kills, killer.Recoveries.Count);
        Assert.Equal(new(0, 0), tally);
        Assert.Equal(admissions.Accounts.Count, admissions.Acknowledged.Select(a => a.TransactionId).Distinct().Count());
        Assert.Equal(["no answer"], admissions.Refusals.Keys);

        var first = admissions.Acknowledged.ToDictionary(a => a.Index, a => a.TransactionId);
        admissions.Acknowledged.Clear();
        await admissions.Send(Clients);
        Assert.Equal(first.OrderBy(a => a.Key), admissions.Acknowledged.ToDictionary(a => a.Index, a => a.TransactionId).OrderBy(a => a.Key));
        await stack.Idle(TimeSpan.FromMinutes(1));
        Assert.Equal(new(0, 0), await chain.Count(admissions.Accounts));
    }

    /// <summary>
    /// The requests fall into equal parts; in the first half of each, one seeded request is the moment, plus a seeded delay. Those after it wait
    /// for the kill, so that some are always left to show that the API has recovered.
    /// </summary>
    private sealed class Killer(Stack stack, Admissions admissions, Seed seed)
    {
        private readonly Moment[] _moments = [.. Moments(seed.Random("kills under load"))];

        public List<TimeSpan> Recoveries { get; } = [];

        private static IEnumerable<Moment> Moments(Randomness random)
        {
            for (var k = 0; k < Kills; k++)
                yield return new(k * RequestsPerKill + random.Between(1, RequestsPerKill / 2), random.Between(0, LongestDelayMilliseconds));
        }

        public async Task Before(int request)
        {
            foreach (var (moment, next) in _moments.Zip(_moments.Skip(1).Append(null)))
            {
                if (request == moment.Request) _ = Kill(moment);
                if (request > moment.Request + Clients) await moment.Killed.Task;
                if (request == next?.Request) await moment.Recovered.Task;
            }
        }

        public Task Finish() => Task.WhenAll(_moments.Select(m => m.Recovered.Task));

        private async Task Kill(Moment moment)
        {
            try
            {
                await Task.Delay(moment.DelayMilliseconds);
                stack.KillApi();
                moment.Killed.SetResult();
                Recoveries.Add(await Recover());
                moment.Recovered.SetResult();
            }
            catch (Exception e)
            {
                moment.Killed.TrySetException(e);
                moment.Recovered.TrySetException(e);
            }
        }

        /// <summary>From the start of the process until a request is acknowledged and a signed transaction reaches the node.</summary>
        private async Task<TimeSpan> Recover()
        {
            var started = Stopwatch.GetTimestamp();
            await stack.StartApi();
            while (true)
            {
                var (answered, sent) = (admissions.Acknowledged.FirstOrDefault(a => a.SentAt > started), stack.WireOf(0).Passed.FirstOrDefault(p => p.Run == stack.RunsOf(0)));
                if (answered is not null && sent is not null) return Stopwatch.GetElapsedTime(started, Math.Max(answered.At, sent.At));
                if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(1)) throw new TimeoutException("The API took up nothing within a minute.");
                await Task.Delay(5);
            }
        }
    }

    private sealed record Moment(int Request, int DelayMilliseconds)
    {
        public TaskCompletionSource Killed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource Recovered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
