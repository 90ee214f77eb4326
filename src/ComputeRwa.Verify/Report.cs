using System.Text;

namespace ComputeRwa.Verify;

/// <summary>Something that is wrong. <c>Code</c> is stable; <c>Where</c> is its subject: the place in the file, the evidence or the chain.</summary>
/// <param name="Expected">what it should be; null where <c>Message</c> says it all</param>
/// <param name="Actual">what it is; null where <c>Message</c> says it all</param>
internal sealed record Finding(string Code, string Where, string Message, string? Expected = null, string? Actual = null)
{
    public string ToText()
    {
        var text = $"  WRONG  {Code,-16} {Where}: {Message}";
        return Expected is null ? text : $"{text}\n           expected  {Expected}\n           actual    {Actual}";
    }
}

/// <summary>
/// What came out of a check. <c>Root</c> and <c>Digest</c> are what an attestor signs, computed here and not read anywhere;
/// they are null when the files could not be read.
/// </summary>
internal sealed record Report(IReadOnlyList<Finding> Findings, IReadOnlyList<string> Notes, Struct? Root, byte[]? Digest)
{
    public bool Passed => Findings.Count == 0 && Digest is not null;

    public string ToText()
    {
        var text = new StringBuilder();
        foreach (var f in Findings) text.AppendLine(f.ToText());
        foreach (var note in Notes) text.AppendLine($"  note   {note}");
        if (Root is not null)
        {
            text.AppendLine($"  root of the recomputed leaves  {Hashing.Hex(Hashing.Word(Root["root"]))}");
            text.AppendLine($"  keccak256 of the file          {Hashing.Hex(Hashing.Word(Root["dataHash"]))}");
            text.AppendLine($"  leases {Root["leases"]}, rent {Root["rent"]} base units, {Root["gpuSeconds"]} GPU-seconds, {Root["wattHours"]} Wh, all cumulative");
        }
        if (Digest is not null) text.AppendLine($"  EpochRoot digest to sign       {Hashing.Hex(Digest)}");
        text.Append(Passed ? "PASSED" : $"FAILED with {Findings.Count} finding{(Findings.Count == 1 ? "" : "s")}");
        return text.ToString();
    }
}

/// <summary>Collects findings while the check goes on: all of them are reported, not only the first.</summary>
internal sealed class Findings
{
    public List<Finding> Wrong { get; } = [];
    public List<string> Notes { get; } = [];

    public bool Require(bool holds, string code, string where, string message)
    {
        if (!holds) Wrong.Add(new(code, where, message));
        return holds;
    }

    /// <summary>A finding when two values that must be the same are not.</summary>
    public bool Equal<T>(string code, string where, T expected, T actual, string message)
    {
        if (EqualityComparer<T>.Default.Equals(expected, actual)) return true;
        Wrong.Add(new(code, where, message, $"{expected}", $"{actual}"));
        return false;
    }

    public void Note(string text) => Notes.Add(text);

    /// <summary>One finding for each member in which the file differs from what it should be.</summary>
    public void Same(Struct expected, Struct stated, string code, string where)
    {
        foreach (var (name, mine, theirs) in expected.Differences(stated))
            Wrong.Add(new(code, $"{where}.{name}", "is not what it should be", mine, theirs));
    }
}
