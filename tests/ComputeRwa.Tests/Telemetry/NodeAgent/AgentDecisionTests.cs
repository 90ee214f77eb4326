extern alias agent;

using agent::ComputeRwa.Agent;
using agent::ComputeRwa.Kernel;
using agent::ComputeRwa.Telemetry;
using agent::ComputeRwa.Telemetry.Ingest;
using ReadingOf = agent::ComputeRwa.Telemetry.Ingest.Reading;

namespace ComputeRwa.Tests.Telemetry.NodeAgent;

/// <summary>What the agent decides, without disk, clock or network.</summary>
public class AgentDecisionTests
{
    private static readonly Grid TenSeconds = new(10, 60, 86_400);

    [Theory]
    [InlineData(0, 0, 60)]
    [InlineData(59, 50, 60)]
    [InlineData(60, 60, 120)]
    [InlineData(86_399, 86_390, 86_400)]
    public void Steps_and_windows_begin_at_whole_multiples(long second, long step, long end) =>
        Assert.Equal((step, end), (TenSeconds.StepOf(second), TenSeconds.WindowEnd(second)));

    [Fact]
    public void A_window_ends_with_its_epoch_and_no_step_lies_in_two()
    {
        var random = new Random(7);
        for (var i = 0; i < 10_000; i++)
        {
            var step = random.Next(1, 61);
            var (batch, epoch) = (step * random.Next(1, 100), (long)step * random.Next(1, 2_000));
            var grid = new Grid(step, batch, epoch);
            var second = random.NextInt64(0, 4_000_000_000);
            var (at, end) = (grid.StepOf(second), grid.WindowEnd(second));
            Assert.True(at <= second && second < at + step && at + step <= end && end - at <= batch);
            Assert.Equal(at / epoch, (end - 1) / epoch);
            Assert.Equal(end, grid.WindowEnd(end - 1));
        }
    }

    [Fact]
    public void The_next_step_begins_within_one()
    {
        Assert.Equal(TimeSpan.FromMilliseconds(1), TenSeconds.ToNextStep(DateTimeOffset.FromUnixTimeMilliseconds(9_999)));
        Assert.Equal(TimeSpan.FromSeconds(10), TenSeconds.ToNextStep(DateTimeOffset.FromUnixTimeMilliseconds(10_000)));
    }

    [Theory]
    [InlineData(100, 100, 109_999, true)]
    [InlineData(100, 90, 100_000, true)]
    [InlineData(100, 110, 105_000, false)] // the clock was put back: this step is taken
    [InlineData(100, 90, 110_000, false)] // it came after its step
    [InlineData(100, 90, 99_000, false)] // the clock was put back while it was read
    [InlineData(100, 90, 999_999_000, false)] // and forward
    public void A_reading_stands_for_the_step_in_which_it_was_made_once(long at, long takenThrough, long finished, bool takes) =>
        Assert.Equal(takes, TenSeconds.Takes(at, takenThrough, DateTimeOffset.FromUnixTimeMilliseconds(finished)));

    [Fact]
    public void A_jump_forward_leaves_missing_samples_and_then_another_batch()
    {
        // Two samples, a jump within the window, and one of three hours.
        StepReading[] readings = [Reading(600), Reading(610), Reading(640), Reading(11_400)];
        var (first, dueAt) = Batching.First(readings, TenSeconds);
        Assert.Equal(("600 610 640", 660), (Times(first), dueAt));
        var columns = Batching.ToColumns(first, 2);
        Assert.Equal((2, 5), (columns.Gpus, columns.Samples));
        Assert.Equal([600, 610, -1, -1, 640, 601, 611, -1, -1, 641], columns.PowerMilliwatts);
        var (rest, restDueAt) = Batching.First(readings[3..], TenSeconds);
        Assert.Equal(("11400", 11_460), (Times(rest), restDueAt));
    }

    [Fact]
    public void Samples_of_an_earlier_start_with_another_step_are_closed_at_once_and_never_mixed()
    {
        StepReading[] readings = [Reading(600, 4), Reading(604, 4), Reading(610)];
        var (first, dueAt) = Batching.First(readings, TenSeconds);
        Assert.Equal(("600 604", 608), (Times(first), dueAt));
    }

    [Fact]
    public void Readings_go_to_their_gpu_s_row_and_what_is_missing_stays_missing()
    {
        var arrival = new Arrival();
        void Add(string gpu, string metric, int value, byte instance = 0) =>
            arrival.Add(new(Guid.Parse(gpu.AsSpan(4)), Metric.Find(System.Text.Encoding.ASCII.GetBytes(metric))!, instance, SeriesLabels.Slices), ReadingOf.Good, value, 0);
        Add(Facts.GpuUuids[1], "DCGM_FI_DEV_POWER_USAGE", 70_000);
        Add(Facts.GpuUuids[1], "DCGM_FI_DEV_POWER_USAGE", 80_000); // the first counts
        Add(Facts.GpuUuids[0], "DCGM_FI_DEV_POWER_USAGE", 840_001); // above 1.2 times the board's power
        Add(Facts.GpuUuids[0], "DCGM_FI_DEV_FB_USED", 1_000, instance: 1);
        Add(Facts.GpuUuids[0], "DCGM_FI_DEV_FB_USED", 2_000, instance: 2);
        Add("GPU-99999999-0000-0000-0000-000000000000", "DCGM_FI_DEV_FB_USED", 5);
        var (reading, impossible, foreign) = StepReading.Of(arrival, Facts, 600, 10);
        Assert.Equal([-1, -1, -1, -1, -1, 70_000, 3_000, -1], reading.Values);
        Assert.Equal((1, 1, false), (impossible, foreign, reading.IsEmpty));
    }

    [Fact]
    public void A_journal_s_line_is_read_back_and_a_cut_one_is_none()
    {
        var reading = Reading(1_795_363_200);
        var line = reading.ToLine();
        var back = StepReading.OfLine(line)!;
        Assert.Equal((reading.At, reading.Step), (back.At, back.Step));
        Assert.Equal(reading.Values, back.Values);
        for (var length = 0; length < line.Length; length++) Assert.Null(StepReading.OfLine(line[..length]));
    }

    [Theory]
    [InlineData(null, false, null, "Stored")]
    [InlineData("epoch-closed", false, "from", "RefuseEpoch")]
    [InlineData("sequence-gap", true, "sequence", "Realign")]
    [InlineData("waiting", true, "sequence", "Realign")]
    [InlineData("conflict", false, "sequence", "Realign")]
    [InlineData("previous-hash-mismatch", false, "previousHash", "Realign")]
    [InlineData("overlapping-batch", false, "from", "Realign")]
    [InlineData("conflict", false, "nodeId", "Later")]
    [InlineData("busy", true, null, "Later")]
    [InlineData("status-502", true, null, "Later")]
    [InlineData("unauthenticated", false, null, "Later")]
    [InlineData("wrong-signature", false, "signature", "Later")]
    [InlineData("unsupported-media-type", false, null, "Later")]
    [InlineData("invalid", false, "columns.powerMilliwatts[0][0]", "Refuse")]
    [InlineData("malformed", false, "body", "Refuse")]
    [InlineData("something-new", false, null, "Refuse")]
    public void What_the_service_says_is_passing_final_or_about_the_chain(string? code, bool retryable, string? field, string verdict) =>
        Assert.Equal(verdict, Verdicts.Of(new(code, retryable, field, ""), Batch(5, 600).Link, 1_000_000).ToString());

    [Theory]
    [InlineData(609, "Later")] // the batch ends at 610
    [InlineData(610, "Refuse")]
    public void A_clock_that_is_ahead_is_waited_for(long serviceTime, string verdict) =>
        Assert.Equal(verdict, Verdicts.Of(new("invalid", false, "from", ""), Batch(5, 600).Link, serviceTime).ToString());

    [Fact]
    public void The_service_s_position_says_what_to_do_with_a_link_that_it_refused()
    {
        var (a, b, c) = (Batch(4, 540), Batch(5, 600), Batch(6, 660));
        var other = new ChainHead(9, Hash32.Of(99), 0);
        Assert.IsType<Alignment.Follows>(Verdicts.Align(c.Link, new(6, c.Link.PreviousHash, 0), []));
        Assert.Equal(new Alignment.Sign(other), Verdicts.Align(c.Link, other, [a.Link, b.Link]));
        // It stands where our fifth began: it has lost the fifth, which is still here.
        Assert.Equal(new Alignment.Recall(b.Link), Verdicts.Align(c.Link, new(5, b.Link.PreviousHash, 0), [a.Link, b.Link]));
        Assert.IsType<Alignment.Sign>(Verdicts.Align(c.Link, new(3, a.Link.PreviousHash, 0), [a.Link, b.Link]));
    }

    [Fact]
    public void Waits_double_to_the_most_by_chance_and_never_undercut_what_was_asked_for()
    {
        var most = TimeSpan.FromSeconds(300);
        Assert.Equal([0.5, 1, 2, 4], Enumerable.Range(1, 4).Select(i => Backoff.After(i, most, 0, null).TotalSeconds));
        Assert.Equal([1, 2, 4, 8], Enumerable.Range(1, 4).Select(i => Backoff.After(i, most, 1, null).TotalSeconds));
        Assert.Equal(most, Backoff.After(1_000, most, 1, null));
        Assert.Equal(TimeSpan.FromSeconds(7), Backoff.After(1, most, 0.5, TimeSpan.FromSeconds(7)));
    }

    [Fact]
    public void Settings_come_from_the_command_line_before_the_environment_and_all_that_is_wrong_is_said_at_once()
    {
        string[] good = ["--api", "http://127.0.0.1:1/v1", "--node", Facts.NodeId, "--key", "k", "--spool", "s"];
        Assert.True(Settings.Read([.. good, "--step", "5"], name => name == "COMPUTERWA_AGENT_STEP" ? "7" : name == "COMPUTERWA_AGENT_ONCE" ? "1" : null).Ok(out var settings, out _));
        Assert.Equal((5, 60, true, false), (settings.Step, settings.BatchSeconds, settings.Once, settings.DropsOldest));
        Assert.False(Settings.Read(["--api", "ftp://x", "--step", "0", "--when-full", "panic"], _ => null).Ok(out _, out var error));
        Assert.Equal(["--step", "--when-full", "--node", "--api", "--key", "--spool"], error.Fields.Select(f => f.Field));
        Assert.False(Settings.Read([.. good, "--batch", "61"], _ => null).Ok(out _, out error));
        Assert.Equal("--batch", Assert.Single(error.Fields).Field);
        Assert.False(Settings.Read([.. good, "--shop", "61"], _ => null).Ok(out _, out error));
        Assert.Equal("--shop", Assert.Single(error.Fields).Field);
    }

    private static string Times(IEnumerable<StepReading> readings) => string.Join(' ', readings.Select(r => r.At));

    private static Facts Facts => SpoolTests.Facts;

    private static StepReading Reading(long at, int step = 10) => new(at, step, [1, 1, 2, 2, (int)(at % 100_000), (int)(at % 100_000) + 1, 3, 3]);

    private static SignedBatch Batch(long sequence, long from) =>
        SignedBatch.Make(Facts, SpoolTests.Key, new(sequence, Hash32.Of(sequence), 0), from, 10, Batching.ToColumns([Reading(from)], 2));
}
