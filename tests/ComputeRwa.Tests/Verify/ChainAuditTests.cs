using ComputeRwa.Tests.Support;
using ComputeRwa.Verify.Auditing;

namespace ComputeRwa.Tests.Verify;

[Collection(HardhatCollection.Name)]
public sealed class ChainAuditTests(HardhatNode node)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task An_honest_history_passes_without_a_finding(int seed)
    {
        var report = await (await History.Honest(node, seed)).Audit();
        Assert.True(report.ExitCode == 0, report.ToText());
    }
}
