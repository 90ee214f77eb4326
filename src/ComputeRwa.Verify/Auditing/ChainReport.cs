using System.Globalization;
using System.Text;

namespace ComputeRwa.Verify.Auditing;

/// <summary>What came of auditing a whole history.</summary>
internal sealed record ChainReport(
    string Subject, IReadOnlyList<(string What, int Count)> Checked, IReadOnlyList<string> Totals, IReadOnlyList<string> Notes,
    IReadOnlyList<string> Unread, IReadOnlyList<Finding> Findings)
{
    /// <summary>0 passed, 1 failed, 2 not checked: something could not be read, and what could be read is right.</summary>
    public int ExitCode => Findings.Count > 0 ? 1 : Unread.Count > 0 ? 2 : 0;

    public string ToText()
    {
        var text = new StringBuilder();
        text.AppendLine(Subject);
        foreach (var (what, count) in Checked) text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"  checked  {count,9:N0}  {what}"));
        foreach (var total in Totals) text.AppendLine($"  {total}");
        foreach (var note in Notes) text.AppendLine($"  note     {note}");
        foreach (var missing in Unread) text.AppendLine($"  UNREAD   {missing}");
        foreach (var finding in Findings) text.AppendLine(finding.ToText());
        text.Append(ExitCode switch
        {
            0 => "PASSED",
            1 => $"FAILED with {Findings.Count} finding{(Findings.Count == 1 ? "" : "s")}",
            _ => "NOT CHECKED: not everything could be read",
        });
        return text.ToString();
    }
}
