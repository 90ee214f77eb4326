using System.IO.Compression;
using System.Text.Json;

namespace Nethereum.Conformance;

/// <summary>The cases of the npm package @ethersproject/testcases (MIT), which `npm ci` brings.</summary>
internal static class EthersCases
{
    private const int FailuresShown = 5;

    private static readonly string Folder = Path.Combine(Root(), "node_modules", "@ethersproject", "testcases", "testcases");

    public static List<JsonElement> Load(string name)
    {
        using var file = File.OpenRead(Path.Combine(Folder, name + ".json.gz"));
        using var text = new GZipStream(file, CompressionMode.Decompress);
        using var document = JsonDocument.Parse(text);
        return [.. document.RootElement.Clone().EnumerateArray()];
    }

    /// <summary>
    /// Runs every case of a file. The check throws when a case fails, and returns null when it passes or else why the surface does not have it.
    /// Counts are exact, so that neither a case nor a reason comes or goes unnoticed.
    /// </summary>
    public static void Check(string name, int passed, Func<JsonElement, string?> check, params (string Reason, int Count)[] listed)
    {
        var outcomes = Load(name).Select(test => (Name: test.TryGetProperty("name", out var title) ? title.GetString() : "unnamed", Outcome: Run(test, check))).ToList();
        var failures = outcomes.Where(pair => pair.Outcome.Failure is not null).ToList();
        Assert.True(failures.Count == 0, $"{failures.Count} of {outcomes.Count} fail: "
            + string.Join('\n', failures.Take(FailuresShown).Select(pair => $"{pair.Name}: {pair.Outcome.Failure}")));

        var reasons = outcomes.Where(pair => pair.Outcome.Reason is not null).GroupBy(pair => pair.Outcome.Reason!);
        Assert.Equal(listed.Order(), reasons.Select(group => (group.Key, group.Count())).Order());
        Assert.Equal(passed, outcomes.Count - listed.Sum(entry => entry.Count));
    }

    public static void Check(string name, int passed, Action<JsonElement> check) => Check(name, passed, test =>
    {
        check(test);
        return null;
    });

    public static string Text(this JsonElement test, string name) => test.GetProperty(name).GetString()!;

    /// <summary>A member that holds JSON as text.</summary>
    public static JsonElement Nested(this JsonElement test, string name)
    {
        using var document = JsonDocument.Parse(test.Text(name));
        return document.RootElement.Clone();
    }

    /// <summary>An ABI's entry.</summary>
    public static JsonElement Named(JsonElement abi, string name) => abi.EnumerateArray().Single(entry => entry.Text("name") == name);

    private static (string? Reason, string? Failure) Run(JsonElement test, Func<JsonElement, string?> check)
    {
        try
        {
            return (check(test), null);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return (null, exception.ToString());
        }
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "ComputeRwa.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException("ComputeRwa.sln lies in no folder above the tests");
    }
}
