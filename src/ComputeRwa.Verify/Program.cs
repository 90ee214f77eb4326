using ComputeRwa.Verify.Auditing;
using ComputeRwa.Verify.Reading;

namespace ComputeRwa.Verify;

/// <summary>The command line: exit code 0 when everything passes, 1 when something does not, 2 when it could not be checked.</summary>
internal static class Program
{
    private const string Usage =
        """
        computerwa-verify epoch --file epoch.json --evidence evidence.json [--previous previous-epoch.json] [--rpc URL --deployment deployment.json]

          Recomputes one published epoch from its telemetry. --previous is left out for the first epoch only. With --rpc the chain says
          which leases ended before their signed term; without it none may have.

        computerwa-verify chain --rpc URL (--deployment deployment.json | --book 0x… --claims 0x… --ledger 0x… [--from-block N])
                                (--files FOLDER [--evidence FOLDER] | --api URL)

          Audits the whole history of a deployment: every root, signature, leaf, rent, payment and entitlement.
          A folder holds what GET /v1/epochs/{n}/file and …/evidence answer, under any names that end in .json.
          Without --evidence metering records are taken as stated. --api fetches files and evidence from a running service.
        """;

    internal static Task<int> Main(string[] args) => Run(args, Console.Out, Console.Error);

    internal static async Task<int> Run(string[] args, TextWriter output, TextWriter errors)
    {
        var options = args.Length == 0 ? null : Options.Read(args[1..], args[0] switch
        {
            "epoch" => ["--file", "--evidence", "--previous", "--rpc", "--deployment"],
            "chain" => ["--rpc", "--deployment", "--book", "--claims", "--ledger", "--from-block", "--files", "--evidence", "--api"],
            _ => [],
        });
        try
        {
            if (options is not null && args[0] == "epoch" && options.Has("--file", "--evidence") && options.Has("--rpc") == options.Has("--deployment"))
                return await Epoch(options, output);
            if (options is not null && args[0] == "chain" && ChainSources.Of(options) is { } sources) return await Chain(sources, output);
            await errors.WriteLineAsync(Usage);
            return 2;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or UnreadableException or RefusedException)
        {
            await errors.WriteLineAsync($"computerwa-verify: {e.Message}");
            return 2;
        }
    }

    private static async Task<int> Epoch(Options options, TextWriter output)
    {
        using var http = Http();
        var ends = options["--rpc"] is not { } rpc ? null
            : await EarlyEnds.Read(new(http, Uri.TryCreate(rpc, UriKind.Absolute, out var url) ? url : throw new UnreadableException($"{rpc} is no URL")), DeploymentFile.Read(File.ReadAllBytes(options["--deployment"]!)));
        var previous = options["--previous"] is { } path ? File.ReadAllBytes(path) : null;
        var report = EpochCheck.Run(File.ReadAllBytes(options["--file"]!), File.ReadAllBytes(options["--evidence"]!), previous, ends);
        await output.WriteLineAsync(report.ToText());
        return report.Passed ? 0 : 1;
    }

    private static async Task<int> Chain(ChainSources sources, TextWriter output)
    {
        using var http = Http();
        var chain = await new ChainReader(new(http, sources.Rpc), sources.Deployment()).Read();
        var report = ChainAudit.Run(chain, await sources.Files(http, chain));
        await output.WriteLineAsync(report.ToText());
        return report.ExitCode;
    }

    private static HttpClient Http() => new() { Timeout = TimeSpan.FromSeconds(100) };
}
