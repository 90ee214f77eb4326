using System.Diagnostics;
using System.Globalization;

namespace ComputeRwa.Demo;

internal static class Program
{
    private const string Usage =
        """
        ComputeRwa.Demo [--api URL] [--rpc URL] [--seed N] [--table-only]
        Plays seven days of five leases through the API and prints what they came to; --table-only prints the table again.
        The operator's API key is read from COMPUTERWA_KEY.
        """;

    private static async Task<int> Main(string[] args)
    {
        if (Parse(args) is not { } parsed)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }
        var (options, tableOnly) = parsed;
        var watch = Stopwatch.StartNew();
        try
        {
            if (!tableOnly) await Demonstration.Run(options, Say);
            Console.WriteLine();
            Console.Write(await Demonstration.ReadTable(options, Say));
            return 0;
        }
        catch (DemoException e)
        {
            await Console.Error.WriteLineAsync($"demonstration: {e.Message}");
            return 1;
        }

        void Say(string line) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {watch.Elapsed.TotalSeconds,5:0.0} s  {line}"));
    }

    /// <returns>null when the arguments make no sense.</returns>
    private static (DemoOptions Options, bool TableOnly)? Parse(string[] args)
    {
        var (api, rpc, seed, tableOnly) = ("http://127.0.0.1:5080", "http://127.0.0.1:8545", 1, false);
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--table-only") tableOnly = true;
            else if (i + 1 == args.Length) return null;
            else if (args[i] == "--api") api = args[++i];
            else if (args[i] == "--rpc") rpc = args[++i];
            else if (args[i] != "--seed" || !int.TryParse(args[++i], CultureInfo.InvariantCulture, out seed)) return null;
        }
        var key = Environment.GetEnvironmentVariable("COMPUTERWA_KEY");
        return Uri.TryCreate(api, UriKind.Absolute, out var apiUri) && Uri.TryCreate(rpc, UriKind.Absolute, out var rpcUri) && key is { Length: > 0 }
            ? (new(apiUri, rpcUri, key, new(seed)), tableOnly) : null;
    }
}
