using System.Globalization;
using ComputeRwa.Verify.Reading;

namespace ComputeRwa.Verify;

/// <summary>Pairs of a name and a value.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _values = [];

    public string? this[string name] => _values.GetValueOrDefault(name);

    public bool Has(params string[] names) => names.All(_values.ContainsKey);

    /// <returns>null when an option is unknown, given twice or has no value.</returns>
    public static Options? Read(string[] args, string[] known)
    {
        var options = new Options();
        for (var i = 0; i < args.Length; i += 2)
            if (!known.Contains(args[i]) || i + 1 == args.Length || !options._values.TryAdd(args[i], args[i + 1])) return null;
        return options;
    }
}

/// <summary>Where an audit takes the chain, the deployment and the files from.</summary>
internal sealed class ChainSources
{
    private readonly Options _options;

    private ChainSources(Options options, Uri rpc, Uri? api, long fromBlock) => (_options, Rpc, Api, FromBlock) = (options, rpc, api, fromBlock);

    public Uri Rpc { get; }
    private Uri? Api { get; }
    private long FromBlock { get; }

    /// <returns>null when the options do not say all of it, or say it twice.</returns>
    public static ChainSources? Of(Options options)
    {
        var byFile = options.Has("--deployment");
        var byAddress = options.Has("--book", "--claims", "--ledger");
        if (byFile == byAddress || options.Has("--files") == options.Has("--api")) return null;
        if (byFile && options["--from-block"] is not null || options.Has("--api", "--evidence")) return null;
        long fromBlock = 0;
        if (options["--from-block"] is { } text && !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out fromBlock)) return null;
        Uri? api = null;
        if (options["--api"] is { } url && !Uri.TryCreate(url, UriKind.Absolute, out api)) return null;
        return Uri.TryCreate(options["--rpc"], UriKind.Absolute, out var rpc) ? new(options, rpc, api, fromBlock) : null;
    }

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnreadableException">It is no deployment, or an address is none.</exception>
    public DeploymentFile Deployment()
    {
        if (_options["--deployment"] is { } path) return DeploymentFile.Read(File.ReadAllBytes(path));
        try
        {
            return DeploymentFile.Of(null, FromBlock, _options["--book"]!, _options["--claims"]!, _options["--ledger"]!);
        }
        catch (FormatException e)
        {
            throw new UnreadableException(e.Message, e);
        }
    }

    /// <exception cref="IOException">A folder cannot be read.</exception>
    /// <exception cref="UnreadableException">The service does not answer.</exception>
    public async Task<PublishedFiles> Files(HttpClient http, ChainRecord chain)
    {
        var files = new PublishedFiles();
        if (Api is not null) await PublishedApi.Fetch(http, Api, chain, files);
        foreach (var folder in new[] { _options["--files"], _options["--evidence"] }.OfType<string>().Select(Path.GetFullPath).Distinct()) files.AddFolder(folder);
        return files;
    }
}
