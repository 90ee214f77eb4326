namespace ComputeRwa.Kernel;

/// <summary>Row ids: a prefix that names the noun and a UUIDv7, so that ids sort by the time they were made.</summary>
internal static class Id
{
    public static string New(string prefix, DateTimeOffset at) => $"{prefix}_{Guid.CreateVersion7(at):n}";

    public static bool IsWellFormed(string prefix, string? id) =>
        id is not null && id.Length == prefix.Length + 33 && id.StartsWith(prefix, StringComparison.Ordinal)
        && id[prefix.Length] == '_' && id.AsSpan(prefix.Length + 1).IndexOfAnyExcept("0123456789abcdef") < 0;
}

/// <summary>A typed id of one noun. <c>Prefix</c> is what every value starts with, before the underscore.</summary>
internal interface ITypedId<T> where T : struct, ITypedId<T>
{
    static abstract string Prefix { get; }
    static abstract T From(string value);
    string Value { get; }
}

internal readonly record struct ProviderId(string Value) : ITypedId<ProviderId>
{
    public static string Prefix => "provider";
    public static ProviderId From(string value) => new(value);
    public static ProviderId New(DateTimeOffset at) => new(Id.New(Prefix, at));
    public override string ToString() => Value;
}

internal readonly record struct SiteId(string Value) : ITypedId<SiteId>
{
    public static string Prefix => "site";
    public static SiteId From(string value) => new(value);
    public static SiteId New(DateTimeOffset at) => new(Id.New(Prefix, at));
    public override string ToString() => Value;
}

internal readonly record struct NodeId(string Value) : ITypedId<NodeId>
{
    public static string Prefix => "node";
    public static NodeId From(string value) => new(value);
    public static NodeId New(DateTimeOffset at) => new(Id.New(Prefix, at));
    public override string ToString() => Value;
}

internal readonly record struct QuoteId(string Value) : ITypedId<QuoteId>
{
    public static string Prefix => "quote";
    public static QuoteId From(string value) => new(value);
    public static QuoteId New(DateTimeOffset at) => new(Id.New(Prefix, at));
    public override string ToString() => Value;
}

internal readonly record struct TransactionId(string Value) : ITypedId<TransactionId>
{
    public static string Prefix => "tx";
    public static TransactionId From(string value) => new(value);
    public static TransactionId New(DateTimeOffset at) => new(Id.New(Prefix, at));
    public override string ToString() => Value;
}
