using ComputeRwa.Db;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Db;

/// <summary>Two processes over one database, as far as it can tell.</summary>
public abstract class DutyBench : IAsyncLifetime
{
    protected static readonly TimeSpan Term = TimeSpan.FromSeconds(1);

    private ScratchDatabase _scratch = null!;

    internal Database Database => _scratch.Database;

    public async Task InitializeAsync()
    {
        _scratch = await ScratchDatabase.Make();
        await _scratch.Write(tx => tx.Execute("CREATE TABLE work (step BIGINT PRIMARY KEY)"));
    }

    public async Task DisposeAsync() => await _scratch.DisposeAsync();

    private protected Duty First() => new(_scratch.Database, "work", Term, TimeProvider.System);

    private protected Duty Second() => new(_scratch.OpenAgain(), "work", Term, TimeProvider.System);

    private protected Task Step(Duty duty, long step) => _scratch.Write(async tx =>
    {
        await duty.Hold(tx);
        return await tx.Execute("INSERT INTO work (step) VALUES (@step)", new { step });
    });

    private protected Task<long> Steps() => _scratch.Read(tx => tx.Single<long>("SELECT COUNT(*) FROM work"));
}

[Trait("engine", "both")]
public sealed class DutyTests : DutyBench
{
    [Fact]
    public async Task Whoever_holds_it_writes_and_a_duty_never_taken_writes_nothing()
    {
        var (first, idle) = (First(), Second());
        Assert.False(first.Stands);
        Assert.True(await first.Take());
        Assert.True(first.Stands);
        await Step(first, 1);
        await Assert.ThrowsAsync<DutyLostException>(() => Step(idle, 2));
        Assert.Equal(1, await Steps());
    }

    [Fact]
    public async Task Whoever_was_paused_past_its_term_cannot_write_when_it_wakes()
    {
        var (paused, next) = (First(), Second());
        Assert.True(await paused.Take());
        await Step(paused, 1);
        await Task.Delay(Term * 1.2);
        Assert.True(await next.Take());
        Assert.Equal(!ScratchDatabase.IsPostgres, paused.Stands);
        await Assert.ThrowsAsync<DutyLostException>(() => Step(paused, 2));
        Assert.False(paused.Stands);
        await Step(next, 3);
        Assert.Equal(2, await Steps());
    }

    [Fact]
    public async Task A_term_that_ended_with_nobody_waiting_costs_nothing()
    {
        var first = First();
        Assert.True(await first.Take());
        await Task.Delay(Term * 1.2);
        await Step(first, 1);
        Assert.True(await first.Take());
        await Step(first, 2);
    }

    [Fact]
    public async Task Let_go_it_is_free_at_once()
    {
        var (first, second) = (First(), Second());
        Assert.True(await first.Take());
        await first.Release();
        Assert.False(first.Stands);
        Assert.True(await second.Take());
        await Assert.ThrowsAsync<DutyLostException>(() => Step(first, 1));
        await first.Release();
        await Step(second, 1);
    }
}

/// <summary>Terms matter only where several processes may come.</summary>
[Trait("engine", "postgres")]
public sealed class DutyTermTests : DutyBench
{
    [Fact]
    public async Task Nobody_takes_it_before_its_term_is_over_and_keeping_it_begins_another()
    {
        var (first, second) = (First(), Second());
        Assert.True(await first.Take());
        for (var i = 0; i < 6; i++)
        {
            Assert.False(await second.Take());
            await Task.Delay(Term / 2.5);
            Assert.True(await first.Take());
        }
        await Step(first, 1);
    }

    [Fact]
    public async Task A_long_step_does_not_lose_it_while_it_is_kept()
    {
        var (first, second) = (First(), Second());
        Assert.True(await first.Take());
        using var stop = new CancellationTokenSource();
        var kept = first.Keep(stop.Token);
        await Task.Delay(Term * 2);
        Assert.True(first.Stands);
        Assert.False(await second.Take());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => kept);
    }

    [Fact]
    public async Task A_takeover_waits_for_a_write_that_began_in_time_and_for_no_paused_one()
    {
        var (first, second) = (First(), Second());
        Assert.True(await first.Take());
        await using (var tx = Database.Write())
        {
            await first.Hold(tx);
            await tx.Execute("INSERT INTO work (step) VALUES (1)");
            await Task.Delay(Term * 0.4); // no pause is as long as a term, and all together are longer
            await tx.Execute("INSERT INTO work (step) VALUES (2)");
            await Task.Delay(Term * 0.4);
            await tx.Execute("INSERT INTO work (step) VALUES (4)");
            await Task.Delay(Term * 0.4);
            var taken = second.Take();
            Assert.NotSame(taken, await Task.WhenAny(taken, Task.Delay(50)));
            await tx.Commit();
            Assert.True(await taken);
        }
        Assert.Equal(3, await Steps());

        await using var paused = Database.Write();
        await Task.Delay(Term * 1.2);
        Assert.True(await first.Take());
        await first.Hold(paused);
        await paused.Execute("INSERT INTO work (step) VALUES (3)");
        await Task.Delay(Term * 1.2);
        Assert.True(await second.Take());
        await Assert.ThrowsAnyAsync<Exception>(() => paused.Commit());
        Assert.Equal(3, await Steps());
    }

    [Fact]
    public async Task Of_many_who_want_it_at_once_one_gets_it()
    {
        var duties = Enumerable.Range(0, 8).Select(_ => Second()).ToList();
        var taken = await Task.WhenAll(duties.Select(d => Task.Run(d.Take)));
        Assert.Single(taken, t => t);
    }
}
