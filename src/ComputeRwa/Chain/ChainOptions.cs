namespace ComputeRwa.Chain;

/// <summary>Where the chain is and how to deal with it. <c>Confirmations</c>: blocks on top of and including the one that makes a transaction final.</summary>
internal sealed record ChainOptions(Uri RpcUrl, Deployment Deployment, IReadOnlyList<ISigner> Signers, int Confirmations, bool ClockFromChain, TimeSpan Poll)
{
    /// <summary>The first of the accounts that pay gas: the one that calls are tried from.</summary>
    public ISigner Operator => Signers[0];

    public static bool IsDevelopment(long chainId) => chainId is 31337 or 1337;

    /// <exception cref="InvalidOperationException">A setting is missing or not acceptable; the message names it.</exception>
    public static ChainOptions Read(IConfiguration config)
    {
        var deployment = Deployment.Read(Required(config, "Chain:Deployment"));
        var development = IsDevelopment(deployment.ChainId);
        return new(
            Uri.TryCreate(Required(config, "Chain:RpcUrl"), UriKind.Absolute, out var url) ? url : throw new InvalidOperationException("Chain:RpcUrl must be an absolute URL."),
            deployment,
            SignerSettings.Read(config),
            Positive(config, "Chain:Confirmations", 1),
            FollowsChain(config["Clock:Source"], development, deployment.ChainId),
            TimeSpan.FromMilliseconds(Positive(config, "Chain:PollMilliseconds", development ? 100 : 1000)));
    }

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
