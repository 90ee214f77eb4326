using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace ComputeRwa.Tests.Telemetry.Ingest;

/// <summary>A recipe of docs/telemetry.md, run by bash as it is printed there.</summary>
internal sealed partial class Recipe : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    /// <param name="section">its heading</param>
    /// <param name="before">what stands in for programs that the machine has not</param>
    public Recipe(string section, string before, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("bash", ["-c", $"set -euo pipefail\n{before}\n{Text(section)}"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        _process = new() { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    public bool HasEnded => _process.HasExited;

    public async Task<int> Wait()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>As Ctrl-C does; waits for its end.</summary>
    public async Task Stop()
    {
        if (HasEnded) return;
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _process.WaitForExitAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (!HasEnded) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    public static string Root { get; } = FindRoot();

    /// <summary>The bash of the introduction and of one section.</summary>
    private static string Text(string section)
    {
        var parts = File.ReadAllText(Path.Combine(Root, "docs/telemetry.md")).Split("\n## ");
        var blocks = Fence().Matches(parts[0] + parts.Single(p => p.StartsWith(section + "\n", StringComparison.Ordinal))).Select(m => m.Groups[1].Value).ToList();
        Assert.True(blocks.Count >= 2, $"docs/telemetry.md has no recipe under {section}.");
        return string.Concat(blocks);
    }

    private void Keep(string? line)
    {
        lock (_output) _output.AppendLine(line);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ComputeRwa.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run inside a clone of the repository.");
    }

    [GeneratedRegex("```bash\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Fence();
}
