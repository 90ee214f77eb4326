using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Settlement;
using ComputeRwa.Telemetry;

namespace ComputeRwa.Tests.Settlement;

public class CrossCheckTests
{
    private static readonly CrossCheckInputs Good = new(true, [], FindingPolicy.Report, 46_000, 100_000, "the site's IT meter");

    [Theory]
    [InlineData("all agree", Trust.CrossChecked, null)]
    [InlineData("not signed", Trust.SelfReported, "signed")]
    [InlineData("not checked yet", Trust.Attested, "checked")]
    [InlineData("a finding", Trust.Attested, "findings")]
    [InlineData("a finding that lowers", Trust.SelfReported, "findings")]
    [InlineData("no meter", Trust.Attested, "metered")]
    [InlineData("a meter that stood still", Trust.Attested, "metered")]
    [InlineData("GPUs take more than all machines", Trust.Attested, "metered")]
    [InlineData("just no more", Trust.CrossChecked, null)]
    [InlineData("GPUs take next to nothing", Trust.Attested, "metered")]
    [InlineData("just enough", Trust.CrossChecked, null)]
    [InlineData("GPUs missing", Trust.Attested, "billed")]
    [InlineData("just enough GPUs", Trust.CrossChecked, null)]
    [InlineData("curtailed all the time", Trust.CrossChecked, null)]
    internal void Only_what_agrees_in_all_is_cross_checked(string what, Trust label, string? fails)
    {
        var record = Record(172_800, 0, 1);
        var (tested, inputs) = what switch
        {
            "not signed" => (record with { Trust = 0 }, Good),
            "not checked yet" => (record, Good with { IsChecked = false }),
            "a finding" => (record, Good with { Findings = ["frozen-power"] }),
            "a finding that lowers" => (record, Good with { Findings = ["frozen-power", "copied-series"], Policy = FindingPolicy.LowerTrust }),
            "no meter" => (record, Good with { MeterWattHours = null }),
            "a meter that stood still" => (record, Good with { MeterWattHours = 0 }),
            "GPUs take more than all machines" => (record, Good with { SiteWattHours = 105_001 }),
            "just no more" => (record, Good with { SiteWattHours = 105_000 }),
            "GPUs take next to nothing" => (record, Good with { SiteWattHours = 25_999 }),
            "just enough" => (record, Good with { SiteWattHours = 26_000 }),
            "GPUs missing" => (Record(164_159, 0, 1), Good),
            "just enough GPUs" => (Record(164_160, 0, 1), Good),
            "curtailed all the time" => (Record(0, 172_800, 1), Good),
            _ => (record, Good),
        };
        var (given, reasons) = CrossCheck.Of(tested, inputs);
        Assert.Equal(label, given);
        Assert.Equal(fails is null ? [] : [fails], reasons.Where(r => !r.Holds).Select(r => r.Name));
        Assert.Equal(["signed", "checked", "findings", "metered", "billed"], reasons.Select(r => r.Name));
    }

    [Fact]
    public void Reasons_are_sentences_with_their_figures()
    {
        var (_, reasons) = CrossCheck.Of(Record(86_400, 0, 1), Good with { Findings = ["frozen-power", "copied-series", "frozen-power"], Policy = FindingPolicy.LowerTrust });
        Assert.Equal("3 findings of the lease's GPUs (copied-series, frozen-power); by the lease's policy its label is Self-reported.", reasons[2].Text);
        Assert.Equal("By telemetry the site's GPUs took 46,000 Wh, and by the site's IT meter its machines 100,000 Wh, 46.00 % of it: within 26.00 % to 105.00 %.", reasons[3].Text);
        Assert.Equal("Of 172,800 GPU-seconds that were let and not curtailed 86,400 were available: less than 95.00 %.", reasons[4].Text);
    }

    private static MeteringRecord Record(ulong available, ulong curtailed, byte trust) => new(
        Hash32.Zero, 20_000, 172_800, available, available, curtailed, 6_000, 1, 1, 0, 0, 0, 0, Hash32.Zero, Hash32.Zero, trust);
}
