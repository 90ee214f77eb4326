using System.Text.Json.Nodes;
using ComputeRwa.Tests.Support;
using ComputeRwa.Verify;
using ComputeRwa.Verify.Auditing;
using ComputeRwa.Verify.Reading;

namespace ComputeRwa.Tests.Verify;

/// <summary>An honest history that several tests look at, each through its own eyes.</summary>
public sealed class HonestHistory(HardhatNode node) : IAsyncLifetime
{
    internal History Story { get; private set; } = null!;

    public async Task InitializeAsync() => Story = await History.Honest(node, seed: 4);

    public Task DisposeAsync() => Task.CompletedTask;
}

[Collection(HardhatCollection.Name)]
public sealed class ChainAuditTests(HardhatNode node, HonestHistory honest) : IClassFixture<HonestHistory>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("audit").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Honest_histories_pass_without_a_finding_and_nothing_is_left_unchecked()
    {
        var seen = new Dictionary<string, int>();
        var seeds = Environment.GetEnvironmentVariable("COMPUTERWA_PROFILE") == "full" ? 40 : 3;
        for (var seed = 1; seed <= seeds; seed++)
        {
            var report = await (await History.Honest(node, seed)).Audit();
            Assert.True(report.ExitCode == 0, $"seed {seed}\n{report.ToText()}");
            foreach (var (what, count) in report.Checked) seen[what] = seen.GetValueOrDefault(what) + count;
        }
        foreach (var what in new[]
                 {
                     "epoch roots rebuilt from their files", "attestor signatures recovered", "leaves recomputed", "metering records recomputed from telemetry",
                     "moves of units replayed", "applications of leaves replayed", "claims replayed", "payments of providers and platform replayed", "refunds replayed",
                     "holders' entitlements held against the chain", "transfers of tokens explained", "leases held against their signed terms",
                 })
            Assert.True(seen.GetValueOrDefault(what) > 0, $"{what}: never");
    }

    // Lies of the node

    private static void Found(string code, string subject, ChainReport report)
    {
        Assert.True(report.Findings.Any(f => f.Code == code && f.Where.Contains(subject, StringComparison.Ordinal)), report.ToText());
        Assert.Equal(1, report.ExitCode);
    }

    private async Task<ChainReport> Told(string method, Func<JsonNode, JsonNode, JsonNode?> lie)
    {
        using var wire = new LyingWire(method, lie);
        var report = await honest.Story.Audit(wire);
        Assert.True(wire.Lies > 0, "Nothing was altered.");
        return report;
    }

    private static string Selector(string function) => Hashing.Hex(Hashing.Selector(function));

    /// <summary>Alters the last digit of what a view function answers to its first call.</summary>
    private Task<ChainReport> Answered(string function, int word)
    {
        var done = false;
        return Told("eth_call", (asked, answer) =>
        {
            if (done || !((string)asked[0]!["data"]!).StartsWith(Selector(function), StringComparison.Ordinal)) return answer;
            done = true;
            var text = ((string)answer!).ToCharArray();
            var last = 2 + 64 * word + 63;
            text[last] = text[last] == '0' ? '1' : '0';
            return new string(text);
        });
    }

    /// <summary>Gives the logs otherwise; each list of logs is changed by itself.</summary>
    private Task<ChainReport> Logged(string shape, Action<JsonArray, JsonNode> change)
    {
        var (topic, done) = (new EventShape(shape).Topic, false);
        return Told("eth_getLogs", (_, logs) =>
        {
            if (done || logs.AsArray().LastOrDefault(l => (string)l!["topics"]![0]! == topic) is not { } log) return logs;
            done = true;
            change(logs.AsArray(), log);
            return logs;
        });
    }

    private const string Synced = "Synced(uint256 indexed id,uint32 indexed epoch,uint96 rent,uint96 applied)";
    private const string Claimed = "Claimed(uint256 indexed id,address indexed holder,address indexed to,uint96 amount)";

    [Fact]
    public async Task A_signature_altered_in_the_posting_calldata_is_found()
    {
        var first = honest.Story.Published[0].Closed;
        var report = await Told("eth_getTransactionByHash", (_, transaction) =>
        {
            var input = (string)transaction["input"]!;
            var root = first.Root.Value[2..];
            // s of the last signature: the call ends with v and its padding.
            if (!input.Contains(root, StringComparison.Ordinal)) return transaction;
            var at = input.Length - 64 - 40;
            transaction["input"] = input[..at] + (input[at] == '5' ? '6' : '5') + input[(at + 1)..];
            return transaction;
        });
        Found("signature", $"epoch {first.Epoch} signature 1", report);
        Found("quorum", $"epoch {first.Epoch}", report);
    }

    [Fact]
    public async Task Calldata_without_the_root_is_found()
    {
        var report = await Told("eth_getTransactionByHash", (_, transaction) => { transaction["input"] = "0x12345678"; return transaction; });
        foreach (var epoch in honest.Story.Published) Found("signature", $"epoch {epoch.Closed.Epoch}", report);
    }

    [Fact]
    public async Task A_log_given_twice_is_found() => Found("log-twice", "block", await Logged(Synced, (logs, log) => logs.Add(log.DeepClone())));

    [Fact]
    public async Task A_second_sync_of_a_leaf_that_pays_more_is_found()
    {
        var subject = "";
        var report = await Logged(Synced, (logs, log) =>
        {
            var again = log.DeepClone();
            again["logIndex"] = "0xffff";
            var words = ((string)log["data"]!)[2..];
            again["data"] = "0x" + words[..64] + words[64..80] + "1" + words[81..];
            subject = $"{(string)log["topics"]![1]!} epoch";
            logs.Add(again);
        });
        Found("double-sync", subject, report);
    }

    [Fact]
    public async Task A_claim_that_is_left_out_is_found() => Found("cash-out", "0x", await Logged(Claimed, (logs, log) => logs.Remove(log)));

    [Fact]
    public async Task A_root_that_is_left_out_is_found() => Found("epoch-order", $"epoch {honest.Story.Published[2].Closed.Epoch}", await Told("eth_getLogs", (_, logs) =>
    {
        var all = logs.AsArray();
        var topic = Hashing.Hex(honest.Story.Published[1].Closed.Root.ToBytes());
        foreach (var log in all.Where(l => l!["topics"]!.AsArray().Any(t => (string)t! == topic)).ToList()) all.Remove(log);
        return all;
    }));

    [Theory]
    [InlineData("claimable(uint256,address)", 0, "account", "claimable")]
    [InlineData("accountOf(uint256,address)", 0, "account", "balance")]
    [InlineData("accountOf(uint256,address)", 1, "account", "checkpoint")]
    [InlineData("accountOf(uint256,address)", 2, "account", "accrued")]
    [InlineData("seriesOf(uint256)", 0, "series", "applied")]
    [InlineData("seriesOf(uint256)", 1, "lease-terms", "units")]
    [InlineData("seriesOf(uint256)", 2, "series", "lastEpoch")]
    [InlineData("seriesOf(uint256)", 3, "lease-terms", "poolBps")]
    [InlineData("seriesOf(uint256)", 4, "lease-terms", "feeBps")]
    [InlineData("boundsOf(uint256)", 0, "series", "funded")]
    [InlineData("boundsOf(uint256)", 1, "lease-terms", "capPerEpoch")]
    [InlineData("boundsOf(uint256)", 3, "series", "epochs")]
    [InlineData("escrowOf(uint256)", 0, "series", "escrow")]
    [InlineData("providerDue(uint256)", 0, "series", "providerDue")]
    [InlineData("feeDue(uint256)", 0, "series", "feeDue")]
    [InlineData("depositOf(uint256)", 0, "series", "deposit")]
    [InlineData("sidelineOf(uint256)", 0, "series", "income")]
    [InlineData("sidelineOf(uint256)", 1, "series", "held")]
    [InlineData("sidelineOf(uint256)", 2, "series", "objections")]
    [InlineData("payTokenOf(uint256)", 0, "lease-terms", "payToken")]
    [InlineData("balanceOf(address)", 0, "token-balance", "0x")]
    [InlineData("latestEpoch()", 0, "ledger", "latestEpoch")]
    [InlineData("threshold()", 0, "ledger", "threshold")]
    public async Task An_answer_that_does_not_follow_from_the_events_is_found(string function, int word, string code, string subject) =>
        Found(code, subject, await Answered(function, word));

    // Files

    private async Task<ChainReport> WithFiles(Func<PublishedEpoch, PublishedEpoch?> change)
    {
        var (story, kept) = (honest.Story, honest.Story.Published);
        story.Published = [.. kept.Select(change).OfType<PublishedEpoch>()];
        try
        {
            return await story.Audit();
        }
        finally
        {
            story.Published = kept;
        }
    }

    [Fact]
    public async Task A_file_that_is_missing_leaves_the_history_unchecked()
    {
        var missing = honest.Story.Published[1].Closed.Epoch;
        var report = await WithFiles(p => p.Closed.Epoch == missing ? null : p);
        Assert.Empty(report.Findings);
        Assert.Equal(2, report.ExitCode);
        Assert.Contains(report.Unread, u => u.Contains($"file of epoch {missing}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_of_which_one_byte_differs_is_found()
    {
        var altered = honest.Story.Published[1].Closed.Epoch;
        var report = await WithFiles(p => p.Closed.Epoch != altered ? p : p.WithFile(f => f["attempt"] = 7));
        Found("file", $"epoch {altered}", report);
    }

    [Fact]
    public async Task Without_evidence_the_records_are_taken_as_stated_and_the_report_says_so()
    {
        var report = await honest.Story.Audit(evidence: false);
        Assert.Equal(0, report.ExitCode);
        Assert.Contains(report.Notes, n => n.Contains("taken as stated", StringComparison.Ordinal));
        Assert.DoesNotContain(report.Checked, c => c.What == "metering records recomputed from telemetry");
    }

    // The command line

    private async Task<(int Code, string Output, string Errors)> Run(params string[] args)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var code = await ComputeRwa.Verify.Program.Run(["chain", .. args], output, errors);
        return (code, output.ToString(), errors.ToString());
    }

    private void Save(Func<PublishedEpoch, byte[]> what, string name)
    {
        foreach (var epoch in honest.Story.Published) File.WriteAllBytes(Path.Combine(_folder, $"{name}-{epoch.Closed.Epoch}.json"), what(epoch));
    }

    [Fact]
    public async Task The_command_audits_files_in_a_folder_and_says_what_it_checked()
    {
        Save(p => p.File, "file");
        Save(p => p.Evidence, "evidence");
        var (code, output, errors) = await Run("--rpc", node.Url.OriginalString, "--deployment", honest.Story.DeploymentPath, "--files", _folder, "--evidence", _folder);
        Assert.True(code == 0, output + errors);
        Assert.Contains("4  epoch roots rebuilt from their files", output, StringComparison.Ordinal);
        Assert.EndsWith("PASSED", output.TrimEnd(), StringComparison.Ordinal);

        var contracts = honest.Story.Deployment.Contracts;
        (code, output, errors) = await Run("--rpc", node.Url.OriginalString, "--book", contracts.LeaseBook, "--claims", contracts.LeaseClaims, "--ledger", contracts.EpochLedger, "--files", _folder);
        Assert.True(code == 0, output + errors);
    }

    [Fact]
    public async Task The_command_exits_2_when_there_is_nothing_to_read()
    {
        string[] chain = ["--rpc", node.Url.OriginalString, "--deployment", honest.Story.DeploymentPath];
        Assert.Equal(2, (await Run([.. chain, "--files", _folder])).Code);
        Assert.Equal(2, (await Run([.. chain, "--files", Path.Combine(_folder, "nowhere")])).Code);
        Assert.Equal(2, (await Run([.. chain, "--api", "http://127.0.0.1:1"])).Code);
        Assert.Equal(2, (await Run("--rpc", "http://127.0.0.1:1", "--deployment", honest.Story.DeploymentPath, "--files", _folder)).Code);
        Assert.Equal(2, (await Run("--rpc", node.Url.OriginalString, "--book", node.Url.OriginalString, "--claims", "0x", "--ledger", "0x", "--files", _folder)).Code);
        var nobody = "0x00000000000000000000000000000000000000ff";
        var (code, _, errors) = await Run("--rpc", node.Url.OriginalString, "--book", nobody, "--claims", nobody, "--ledger", nobody, "--files", _folder);
        Assert.Equal(2, code);
        Assert.Contains("no contract", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--files", "a")]
    [InlineData("--deployment", "a", "--files", "b")]
    [InlineData("--rpc", "http://x", "--files", "b")]
    [InlineData("--rpc", "http://x", "--deployment", "a")]
    [InlineData("--rpc", "http://x", "--deployment", "a", "--files", "b", "--api", "http://y")]
    [InlineData("--rpc", "http://x", "--deployment", "a", "--book", "c", "--claims", "d", "--ledger", "e", "--files", "b")]
    [InlineData("--rpc", "http://x", "--deployment", "a", "--files", "b", "--from-block", "1")]
    [InlineData("--rpc", "http://x", "--book", "c", "--claims", "d", "--ledger", "e", "--files", "b", "--from-block", "-1")]
    [InlineData("--rpc", "not a url", "--deployment", "a", "--files", "b")]
    public async Task Options_that_make_no_sense_show_the_usage(params string[] args)
    {
        var (code, output, errors) = await Run(args);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains("computerwa-verify chain", errors, StringComparison.Ordinal);
    }
}
