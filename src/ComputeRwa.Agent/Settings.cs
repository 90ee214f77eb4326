using System.Globalization;
using ComputeRwa.Kernel;

namespace ComputeRwa.Agent;

/// <param name="Api">up to and with /v1</param>
/// <param name="Step">seconds</param>
/// <param name="MostHeld">batches that may wait or be refused before no more samples are taken</param>
/// <param name="RetryMost">between two attempts</param>
/// <param name="NewKeyFile">of the key that is to sign in the place of the other; null to read GPUs</param>
internal sealed record Settings(
    Uri Api, string Node, string KeyFile, string? PasswordFile, string? ApiKeyFile, string Spool, string Command, Uri? Exporter, int Step, int BatchSeconds,
    int MostHeld, bool DropsOldest, int KeepSent, TimeSpan RetryMost, bool Once, bool Verbose, string? NewKeyFile, string? NewPasswordFile)
{
    /// <summary>Of each GPU in a batch; the service takes no more.</summary>
    public const int MostSamples = 10_000;

    public const string Variables = "COMPUTERWA_AGENT_";

    private const string Smi = "nvidia-smi --query-gpu=uuid,utilization.gpu,power.draw,memory.used --format=csv";

    public const string Usage =
        $"""
        computerwa-agent --api URL --node NODE --key FILE --spool FOLDER [option…]

          Reads a machine's GPUs, signs what it read with the node's key, and sends it in batches; keeps on disk what was not sent yet.

          --api URL             the service, up to and with /v1
          --node NODE           the node's id, node_…
          --key FILE            the node's key: 0x and 64 hex digits, or a key file of version 3 (Web3 Secret Storage); readable by its owner alone
          --password-file FILE  of the key file
          --api-key-file FILE   the provider's API key; or {Variables}API_KEY in the environment
          --spool FOLDER        batches that wait, the last that were sent, and those that were refused

          --command COMMAND     prints nvidia-smi's CSV; default: {Smi}
          --exporter URL        a dcgm-exporter instead, such as http://127.0.0.1:9400/metrics
          --step SECONDS        between samples: 10; a divisor of the batch and of the epoch
          --batch SECONDS       60

          --most-held N         batches that may wait or be refused: 50000
          --when-full WHAT      stop (no more samples until there is room; default) or drop-oldest (of those that wait)
          --keep-sent N         acknowledged batches that stay, at least 1: 60
          --retry-most SECONDS  between two attempts: 300
          --once                ends after one batch
          --verbose             a line for each sample too

          --replace-key FILE    another key for the node: sends what waits, lets the service take this key in the place of the one of --key, and ends; the agent
                                must not run meanwhile, and is started with the new key afterwards. To be run again after it failed
          --new-password-file FILE  of the new key file
          --help

        Each option may be given in the environment instead: --api-key-file as {Variables}API_KEY_FILE; --once and --verbose with the value 1.
        Exit code: 0 ended as asked; 1 something broke; 2 the settings cannot work; 3 with --once: the batch waits in the spool, with
        --replace-key: the key is not replaced yet.
        """;

    private static readonly string[] Flags = ["--once", "--verbose"];

    private static readonly string[] Names =
    [
        "--api", "--node", "--key", "--password-file", "--api-key-file", "--spool", "--command", "--exporter", "--step", "--batch", "--most-held", "--when-full",
        "--keep-sent", "--retry-most", "--replace-key", "--new-password-file", .. Flags,
    ];

    /// <param name="variable">the environment</param>
    public static Result<Settings> Read(string[] arguments, Func<string, string?> variable)
    {
        var (fields, given) = (new Fields(), new Dictionary<string, string>());
        for (var i = 0; i < arguments.Length; i++)
        {
            var name = arguments[i];
            if (!fields.Require(Names.Contains(name), name, "is no option; see --help")) break;
            var isFlag = Flags.Contains(name);
            if (!fields.Require(isFlag || i + 1 < arguments.Length, name, "needs a value")) break;
            fields.Require(given.TryAdd(name, isFlag ? "1" : arguments[++i]), name, "is given twice");
        }
        foreach (var name in Names)
            if (!given.ContainsKey(name) && variable(Variables + name[2..].Replace('-', '_').ToUpperInvariant()) is { Length: > 0 } value) given[name] = value;
        return Read(given, fields);
    }

    private static Result<Settings> Read(Dictionary<string, string> given, Fields fields)
    {
        string Text(string name)
        {
            fields.Require(given.ContainsKey(name), name, "is missing");
            return given.GetValueOrDefault(name, "");
        }
        int Number(string name, int otherwise, int least, int most)
        {
            if (!given.TryGetValue(name, out var text)) return otherwise;
            fields.Require(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most, name, $"must be {least} to {most}");
            return number;
        }
        Uri? Url(string name)
        {
            if (!given.TryGetValue(name, out var text)) return null;
            fields.Require(Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https", name, "must be an http or https URL");
            return url;
        }
        bool Flag(string name) => given.TryGetValue(name, out var text) && fields.Require(text == "1", name, "must be 1 or left out") && text == "1";

        var (step, batch) = (Number("--step", 10, 1, 3_600), Number("--batch", 60, 1, 86_400));
        if (fields.Error is null)
        {
            fields.Require(batch % step == 0, "--batch", $"must be a multiple of the step, {step}");
            fields.Require(batch / step <= MostSamples, "--batch", $"must have at most {MostSamples} steps");
        }
        fields.Require(!given.ContainsKey("--exporter") || !given.ContainsKey("--command"), "--exporter", "and --command exclude each other");
        var whenFull = given.GetValueOrDefault("--when-full", "stop");
        fields.Require(whenFull is "stop" or "drop-oldest", "--when-full", "must be stop or drop-oldest");
        Text("--api");
        var node = Text("--node");
        fields.Require(node.Length == 0 || Id.IsWellFormed(NodeId.Prefix, node), "--node", "must be an id that starts with node_");
        var settings = new Settings(
            Url("--api") ?? new Uri("http://127.0.0.1"), node, Text("--key"), given.GetValueOrDefault("--password-file"), given.GetValueOrDefault("--api-key-file"), Text("--spool"),
            given.GetValueOrDefault("--command", Smi), Url("--exporter"), step, batch, Number("--most-held", 50_000, 1, 10_000_000), whenFull == "drop-oldest",
            Number("--keep-sent", 60, 1, 100_000), TimeSpan.FromSeconds(Number("--retry-most", 300, 1, 86_400)), Flag("--once"), Flag("--verbose"),
            given.GetValueOrDefault("--replace-key"), given.GetValueOrDefault("--new-password-file"));
        return fields.Error is { } error ? error : settings;
    }
}
