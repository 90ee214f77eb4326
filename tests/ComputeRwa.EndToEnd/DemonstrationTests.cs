using System.Text.Json;
using ComputeRwa.Demo;

namespace ComputeRwa.EndToEnd;

public sealed class DemonstrationTests(Undisturbed story) : IClassFixture<Undisturbed>
{
    [Fact]
    public void The_demonstration_prints_the_expected_table()
    {
        Assert.Equal(Expected.Table, story.Table);
    }

    [Fact]
    public void The_demonstration_takes_as_many_posts_as_the_kill_test_spreads_over()
    {
        Assert.Equal(Expected.Posts, story.Steps.Count);
        Assert.Equal(story.Steps.Count, story.Steps.Distinct().Count());
    }

    [Fact]
    public async Task The_auditor_holds_half_of_the_attestors_bond_less_what_it_put_up_for_its_demand()
    {
        var auditor = new Keys(story.Stack.Options.Seed).Of(Stage.AuditorName);
        Assert.Equal(5_000_000_000 - 100_000_000, await story.Stack.Dollars(auditor.Address));
    }

    [Fact]
    public async Task Reconciliation_is_balanced_in_every_check()
    {
        using var json = JsonDocument.Parse(await story.Stack.GetText("/v1/reconciliation"));
        Assert.True(json.RootElement.GetProperty("balanced").GetBoolean(), json.RootElement.ToString());
        var checks = json.RootElement.GetProperty("checks").EnumerateArray().ToList();
        Assert.NotEmpty(checks);
        Assert.All(checks, c => Assert.True(c.GetProperty("balanced").GetBoolean(), c.ToString()));
    }

    [Fact]
    public async Task Projections_rebuilt_from_the_stored_logs_are_the_live_ones_row_by_row()
    {
        var (live, told) = (story.Stack.Projections(), await story.Stack.GetText("/v1/events?after=0&limit=1000"));
        Assert.True(live.Count > 10, string.Join(", ", live.Keys));
        Assert.InRange(live.Values.Sum(rows => rows.Count), 200, 10_000);
        var answer = await story.Stack.Post("/v1/projections/rebuild");
        Assert.InRange(answer.GetProperty("logs").GetInt64(), 300, 10_000);
        Assert.Equal(live, story.Stack.Projections());
        Assert.Equal(told, await story.Stack.GetText("/v1/events?after=0&limit=1000"));
    }

    [Fact]
    public async Task A_second_run_finds_everything_done_and_prints_the_same()
    {
        await Demonstration.Run(story.Stack.Options, _ => { });
        Assert.Equal(story.Table, await Demonstration.ReadTable(story.Stack.Options, _ => { }));
    }

    [Fact]
    public async Task The_operator_sent_exactly_the_transactions_that_the_table_counts()
    {
        Assert.Contains($"{await story.Stack.TransactionsSent()} transactions:", story.Table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_OpenAPI_document_is_valid_3_1()
    {
        var output = await Repository.RunNode("tests/ComputeRwa.EndToEnd/js/check-openapi.mjs", new Uri(story.Stack.Api, "/openapi/v1.json").AbsoluteUri);
        Assert.StartsWith("valid OpenAPI 3.1", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ethers_reads_balances_uri_events_and_a_proof()
    {
        var output = await Repository.RunNode("tests/ComputeRwa.EndToEnd/js/read-token.mjs", "--rpc", story.Stack.Rpc.OriginalString,
            "--api", story.Stack.Api.OriginalString, "--deployment", story.Stack.Deployment);
        Assert.Contains("all checks hold", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_commands_of_docs_verify_md_audit_the_demonstration_and_find_nothing()
    {
        var blocks = Shell.Blocks(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "verify.md")));
        Assert.Equal(3, blocks.Count);
        var (exit, output) = await Shell.Run("set -euo pipefail\n" + string.Concat(blocks), new()
        {
            ["COMPUTERWA_PORT"] = $"{story.Stack.Api.Port}",
            ["COMPUTERWA_RPC_PORT"] = $"{story.Stack.Rpc.Port}",
            ["COMPUTERWA_DEPLOYMENT"] = story.Stack.Deployment,
            ["PATH"] = $"{Path.GetDirectoryName(Repository.Node)}:{Environment.GetEnvironmentVariable("PATH")}",
        });
        Assert.True(exit == 0, output);
        Assert.Equal(3, output.Split('\n').Count(line => line == "PASSED"));
        Assert.Matches(@"checked +7  epoch roots rebuilt from their files", output);
    }
}
