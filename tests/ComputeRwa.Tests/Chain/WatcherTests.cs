using System.Net;
using ComputeRwa.Chain;
using ComputeRwa.Kernel;
using Nethereum.JsonRpc.Client;

namespace ComputeRwa.Tests.Chain;

public sealed class WatcherTests
{
    [Fact]
    public void Reading_starts_at_the_deployment_and_goes_on_after_the_last_block()
    {
        Assert.Equal(new BlockRange(7, 20), Watcher.Next(stored: null, deployedAt: 7, head: 20, span: 100));
        Assert.Equal(new BlockRange(12, 20), Watcher.Next(stored: 11, deployedAt: 7, head: 20, span: 100));
        Assert.Null(Watcher.Next(stored: 20, deployedAt: 7, head: 20, span: 100));
        Assert.Null(Watcher.Next(stored: 21, deployedAt: 7, head: 20, span: 100));
    }

    [Fact]
    public void A_range_stops_before_the_window_in_which_every_header_is_kept()
    {
        Assert.Equal(new BlockRange(1, 872), Watcher.Next(null, 1, head: 1_000, span: 5_000));
        Assert.Equal(new BlockRange(873, 1_000), Watcher.Next(872, 1, head: 1_000, span: 5_000));
        Assert.Equal(new BlockRange(1, 50), Watcher.Next(null, 1, head: 1_000, span: 50));
    }

    [Fact]
    public void Far_from_the_head_only_blocks_with_logs_and_the_end_of_the_range_need_headers()
    {
        Assert.Equal([3, 9, 100], Watcher.HeadersNeeded(new(1, 100), head: 1_000, [9, 3, 9]));
        Assert.Equal([998, 999, 1_000], Watcher.HeadersNeeded(new(998, 1_000), head: 1_000, [999]));
    }

    [Fact]
    public void What_was_read_ahead_counts_while_it_goes_on_from_what_is_stored_and_its_head_stands()
    {
        var (head, other, later) = (Header(20, 1, 0), Header(20, 2, 0), Header(30, 3, 2));
        Assert.True(Watcher.StandsFor(new(11, 15), head, new(11, 15), head));
        Assert.True(Watcher.StandsFor(new(11, 20), head, new(11, 20), head));
        Assert.True(Watcher.StandsFor(new(11, 15), head, new(11, 18), later), "it may end earlier");
        Assert.True(Watcher.StandsFor(new(11, 15), head, new(11, 15), other), "its headers say what they follow on");
        Assert.False(Watcher.StandsFor(new(11, 20), head, new(11, 20), other), "the last header is of another head");
        Assert.False(Watcher.StandsFor(new(11, 20), head, new(11, 28), later), "and may be on another branch than it");
        Assert.False(Watcher.StandsFor(new(11, 20), head, new(11, 15), head), "the chain became shorter");
        Assert.False(Watcher.StandsFor(new(11, 15), head, new(9, 15), head), "blocks were taken back");
    }

    [Fact]
    public void Headers_must_follow_on_each_other_and_logs_lie_in_them()
    {
        var (a, b, c) = (Header(1, 1, 0), Header(2, 2, 1), Header(3, 3, 2));
        Assert.True(Watcher.Joins(a, [b, c], [(3, c.Hash.Value)]));
        Assert.True(Watcher.Joins(null, [b, c], []));
        Assert.True(Watcher.Joins(a, [c], []), "headers that are not neighbours say nothing of each other");
        Assert.False(Watcher.Joins(a, [Header(2, 9, 8)], []), "its parent is another block");
        Assert.False(Watcher.Joins(a, [b, Header(3, 3, 9)], []), "the second does not follow on the first");
        Assert.True(Watcher.Joins(a, [b, c with { Parent = Hash32.Zero }], []), "it names no parent");
        Assert.False(Watcher.Joins(a, [b], [(2, c.Hash.Value)]), "the log is of another block of that number");
        Assert.False(Watcher.Joins(a, [b], [(3, c.Hash.Value)]), "the log's block is not there");
    }

    [Fact]
    public void Ranges_halve_on_refusal_and_grow_on_success()
    {
        Assert.Equal(1_000, Watcher.Narrower(2_000, new TimeoutException(), []));
        Assert.Equal(1, Watcher.Narrower(1, new TimeoutException(), []));
        Assert.Equal(4_000, Watcher.Fitting(2_000, logs: 0));
        Assert.Equal(4_000, Watcher.Fitting(2_000, logs: 2_500));
        Assert.Equal(50_000, Watcher.Fitting(40_000, logs: 10));
        Assert.Equal(200, Watcher.Fitting(2_000, logs: 50_000));
        Assert.Equal(1, Watcher.Fitting(2, logs: 500_000));
    }

    [Theory]
    [InlineData(-32005, true)]
    [InlineData(-32602, true)]
    [InlineData(-32029, false)]
    [InlineData(429, false)]
    public void An_error_says_the_range_is_too_large_or_that_there_were_too_many_requests(int code, bool narrow) =>
        Assert.Equal(narrow ? LogsRefusal.Narrow : LogsRefusal.Wait, Watcher.Classify(new RpcResponseException(new RpcError(code, "…"))));

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, true)]
    [InlineData(HttpStatusCode.RequestEntityTooLarge, true)]
    [InlineData(HttpStatusCode.TooManyRequests, false)]
    [InlineData(HttpStatusCode.ServiceUnavailable, false)]
    public void So_does_a_status(HttpStatusCode status, bool narrow) =>
        Assert.Equal(narrow ? LogsRefusal.Narrow : LogsRefusal.Wait, Watcher.Classify(new UnavailableException("chain-unavailable", "…", new RpcClientUnknownException("…", new HttpRequestException("…", null, status)))));

    [Fact]
    public void A_node_that_takes_too_long_is_asked_for_less_and_one_that_is_away_is_waited_for()
    {
        Assert.Equal(LogsRefusal.Narrow, Watcher.Classify(new UnavailableException("chain-unavailable", "…", new RpcClientTimeoutException("…"))));
        Assert.Equal(LogsRefusal.Wait, Watcher.Classify(new UnavailableException("chain-unavailable", "…", new RpcClientUnknownException("…", new HttpRequestException("refused")))));
    }

    [Fact]
    public void An_answer_that_is_too_long_is_asked_for_in_parts() =>
        Assert.Equal(LogsRefusal.Narrow, Watcher.Classify(new UnavailableException("chain-unavailable", "…",
            new RpcClientUnknownException("…", new HttpRequestException(HttpRequestError.ConfigurationLimitExceeded)))));

    /// <summary>Each answer that is too long costs the node as much as one that is read.</summary>
    [Fact]
    public void An_answer_that_says_how_long_it_is_narrows_the_range_to_what_fits()
    {
        Assert.Equal(100, Watcher.Narrower(2_000, Told(length: 20_000, most: 1_000), []));
        Assert.Equal(1_000, Watcher.Narrower(2_000, Told(length: 1_001, most: 1_000), []));
        Assert.Equal(1, Watcher.Narrower(2, Told(length: long.MaxValue, most: 1), []));
        Assert.Equal(1, Watcher.Narrower(1, Told(length: 20_000, most: 1_000), []));
    }

    /// <summary>Half of the blocks may hold all of the logs, and be refused again.</summary>
    [Fact]
    public void And_gas_says_in_which_of_the_blocks_it_lies()
    {
        Assert.Equal(3, Watcher.Narrower(6, Told(length: 2_000, most: 1_500), [0, 0, 700, 700, 0, 0]));
        Assert.Equal(2, Watcher.Narrower(6, Told(length: 2_000, most: 900), [0, 0, 700, 700, 0, 0]));
        Assert.Equal(1, Watcher.Narrower(6, Told(length: 2_000, most: 900), [1_400, 0, 0, 0, 0, 0]));
        Assert.Equal(5, Watcher.Narrower(6, Told(length: 1_001, most: 1_000), [1_000, 0, 0, 0, 0, 2]));
        Assert.Equal(3, Watcher.Narrower(6, Told(length: 1_001, most: 1_000), [0, 0, 0, 0, 0, 0]));
        Assert.Equal(1, Watcher.Narrower(1, Told(length: 1_001, most: 1_000), [1_400]));
    }

    private static UnavailableException Told(long length, long most) =>
        new("chain-unavailable", "…", new RpcClientUnknownException("…", new AnswerTooLongException(length, most)));

    private static BlockHeader Header(long number, byte hash, byte parent) =>
        new(number, Hash32.Of(Enumerable.Repeat(hash, 32).ToArray()), Hash32.Of(Enumerable.Repeat(parent, 32).ToArray()), default, 0);
}
