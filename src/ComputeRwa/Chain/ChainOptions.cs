using Nethereum.RPC.Eth.DTOs;

namespace ComputeRwa.Chain;

/// <summary>Where the chain is and how to deal with it. <c>Confirmations</c>: blocks on top of and including the one that makes a transaction final.</summary>
internal sealed record ChainOptions(Uri RpcUrl, Deployment Deployment, IReadOnlyList<ISigner> Signers, int Confirmations, bool ClockFromChain, TimeSpan Poll)
{
    /// <summary>Every node of the chain, the one that is asked first among them.</summary>
    public IReadOnlyList<Uri> RpcUrls { get; init; } = [RpcUrl];

    /// <summary>How many of the nodes must have a block for it to count as the head.</summary>
    public int HeadQuorum { get; init; } = 1;

    /// <summary>The tag of the blocks that count as final, beside <c>Confirmations</c>; null for none.</summary>
    public BlockParameter.BlockParameterType? Finality { get; init; }

    /// <summary>How long a head below what is stored counts as a node's that lags behind; after that the chain was cut short, as a development chain can be.</summary>
    public TimeSpan LagPatience { get; init; } = IsDevelopment(Deployment.ChainId) ? TimeSpan.Zero : TimeSpan.FromMinutes(1);

    /// <summary>Bytes of an answer with logs, where half the blocks could be asked for instead.</summary>
    public long LongestAnswer { get; init; } = 32 << 20;

    public IReadOnlyList<LogFilter> Watched { get; init; } = LogFilter.Of(Deployment);

    public SendLimits Limits { get; init; } = SendLimits.Standard;

    /// <summary>What may share a transaction; features say so of their commands.</summary>
    public IReadOnlyList<PackKind> Packs { get; init; } = [];

    /// <summary>The first of the accounts that pay gas: the one that calls are tried from.</summary>
    public ISigner Operator => Signers[0];

    public static bool IsDevelopment(long chainId) => chainId is 31337 or 1337;

    /// <exception cref="InvalidOperationException">A setting is missing or not acceptable; the message names it.</exception>
    public static ChainOptions Read(IConfiguration config)
    {
        var deployment = Deployment.Read(Required(config, "Chain:Deployment"));
        var development = IsDevelopment(deployment.ChainId);
        var urls = Urls(config);
        return new(
            urls[0],
            deployment,
            SignerSettings.Read(config),
            Positive(config, "Chain:Confirmations", 1),
            FollowsChain(config["Clock:Source"], development, deployment.ChainId),
            TimeSpan.FromMilliseconds(Positive(config, "Chain:PollMilliseconds", development ? 100 : 1000)))
        {
            RpcUrls = urls,
            HeadQuorum = Positive(config, "Chain:HeadQuorum", urls.Count / 2 + 1) is var quorum && quorum <= urls.Count ? quorum
                : throw new InvalidOperationException($"Chain:HeadQuorum is {quorum}, and there are {urls.Count} nodes."),
            Finality = FinalityOf(config["Chain:Finality"]),
            Limits = SendLimits.Read(config),
        };
    }

    /// <summary>Chain:RpcUrl is one node; Chain:RpcUrls:0, :1, … are several of one chain.</summary>
    private static IReadOnlyList<Uri> Urls(IConfiguration config)
    {
        var several = config.GetSection("Chain:RpcUrls").GetChildren().ToList();
        if (several.Count == 0) return [Url(Required(config, "Chain:RpcUrl"), "Chain:RpcUrl")];
        if (config["Chain:RpcUrl"] is { Length: > 0 }) throw new InvalidOperationException("Set either Chain:RpcUrl or Chain:RpcUrls, not both.");
        return [.. several.OrderBy(s => s.Key.Length).ThenBy(s => s.Key, StringComparer.Ordinal).Select(s => Url(s.Value, s.Path))];
    }

    private static Uri Url(string? text, string name) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url : throw new InvalidOperationException($"{name} must be an absolute http or https URL.");

    private static BlockParameter.BlockParameterType? FinalityOf(string? tag) => tag switch
    {
        null or "" or "confirmations" => null,
        "safe" => BlockParameter.BlockParameterType.safe,
        "finalized" => BlockParameter.BlockParameterType.finalized,
        _ => throw new InvalidOperationException("Chain:Finality must be confirmations, safe or finalized."),
    };

    private static bool FollowsChain(string? source, bool development, long chainId) => source switch
    {
        null or "system" => false,
        "chain" when development => true,
        "chain" => throw new InvalidOperationException($"Clock:Source=chain is for development chains only; this is chain {chainId}."),
        _ => throw new InvalidOperationException("Clock:Source must be system or chain."),
    };

    private static string Required(IConfiguration config, string name) =>
        config[name] is { Length: > 0 } value ? value : throw new InvalidOperationException($"{name} is not set.");

    private static int Positive(IConfiguration config, string name, int standard) =>
        config[name] is not { Length: > 0 } text ? standard
            : int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var value) && value > 0 ? value
            : throw new InvalidOperationException($"{name} must be a whole number above zero.");
}
