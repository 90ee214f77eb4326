using System.Net;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry.Ingest;

/// <summary>
/// Where this program may ask: providers name the addresses, so the operator says in which networks they may lie (<c>Ingest:ScrapeNetworks</c>, such as
/// <c>10.0.0.0/8, fd00::/8</c>; none when it is not set). A name is resolved once for each connection, and the connection goes to the address that was judged.
/// </summary>
internal sealed class ScrapeNetworks
{
    private readonly List<IPNetwork> _allowed;

    private ScrapeNetworks(List<IPNetwork> allowed) => _allowed = allowed;

    public bool IsEmpty => _allowed.Count == 0;

    /// <exception cref="InvalidOperationException">The setting is not acceptable; the message names it.</exception>
    public static ScrapeNetworks Read(IConfiguration config) => new([.. (config["Ingest:ScrapeNetworks"] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(text => IPNetwork.TryParse(text, out var network) ? network
            : throw new InvalidOperationException($"Ingest:ScrapeNetworks must list networks such as 10.0.0.0/8, and {text} is none."))]);

    public bool Allows(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return _allowed.Exists(n => n.Contains(plain));
    }

    /// <summary>Judges what can be judged of an address before it is resolved.</summary>
    public Uri? Check(string? text, Fields fields)
    {
        const string Field = "url";
        if (!fields.Require(text is { Length: > 0 and <= 2_000 } & Uri.TryCreate(text, UriKind.Absolute, out var url) && url!.Scheme is "http" or "https", Field, "must be an http or https address of up to 2,000 characters")) return null;
        fields.Require(url!.UserInfo.Length == 0 && url.Fragment.Length == 0, Field, "must have no user, password or fragment");
        fields.Require(!IsEmpty, Field, "cannot be asked: this server has no Ingest:ScrapeNetworks");
        if (!IsEmpty && IPAddress.TryParse(url.IdnHost.Trim('[', ']'), out var address)) fields.Require(Allows(address), Field, "must lie in a network that this server may ask (Ingest:ScrapeNetworks)");
        return url;
    }
}

/// <summary>An exporter that this program asks.</summary>
/// <param name="LastSamples">how many of the last good answer were stored</param>
/// <param name="LastError">null after a good scrape</param>
internal sealed record Scrape(
    string Id, SiteId SiteId, ProviderId ProviderId, string Url, long IntervalSeconds, long IsEnabled, DateTimeOffset CreatedAt, DateTimeOffset? LastSuccessAt, long? LastSamples,
    DateTimeOffset? LastErrorAt, string? LastError)
{
    /// <summary>When it is asked within its interval, in milliseconds: each at a moment of its own, away from the interval's ends.</summary>
    public long Phase => IntervalSeconds * 250 + Id.Aggregate(0L, (hash, c) => (hash * 31 + c) & 0xffffff) % (IntervalSeconds * 500);
}
