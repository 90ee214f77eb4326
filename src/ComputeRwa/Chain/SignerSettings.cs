using ComputeRwa.Kernel;

namespace ComputeRwa.Chain;

/// <summary>
/// Chain:OperatorKey is one key. Chain:OperatorKeys:0, :1, … are several, each a key itself, or :Keystore and :PasswordFile, or
/// :Web3Signer and :Address.
/// </summary>
internal static class SignerSettings
{
    /// <exception cref="InvalidOperationException">A setting is missing or not acceptable; the message names it and repeats no secret.</exception>
    public static IReadOnlyList<ISigner> Read(IConfiguration config)
    {
        var several = config.GetSection("Chain:OperatorKeys").GetChildren().ToList();
        var one = config["Chain:OperatorKey"];
        if (one is { Length: > 0 } && several.Count > 0) throw new InvalidOperationException("Set either Chain:OperatorKey or Chain:OperatorKeys, not both.");
        if (several.Count == 0) return [OperatorKey.Parse(one is { Length: > 0 } ? one : throw new InvalidOperationException("Chain:OperatorKey is not set."))];
        List<ISigner> signers = [.. several.OrderBy(s => s.Key.Length).ThenBy(s => s.Key, StringComparer.Ordinal).Select(Signer)];
        if (signers.GroupBy(s => s.Address).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new InvalidOperationException($"Chain:OperatorKeys names {twice.Key} twice.");
        return signers;
    }

    private static ISigner Signer(IConfigurationSection entry)
    {
        if (entry.Value is { Length: > 0 } key) return OperatorKey.Parse(key, entry.Path);
        if (entry["Keystore"] is { Length: > 0 } path) return OperatorKey.Open(path, Password(entry), entry.Path);
        if (entry["Web3Signer"] is { Length: > 0 } url) return RemoteSigner.At(Url(entry, url), Account(entry));
        throw new InvalidOperationException($"{entry.Path} must be a key, or name a Keystore or a Web3Signer.");
    }

    /// <summary>The file's text without the line end that editors leave.</summary>
    private static string Password(IConfigurationSection entry)
    {
        var file = entry["PasswordFile"] ?? throw new InvalidOperationException($"{entry.Path}:PasswordFile is not set.");
        try
        {
            return File.ReadAllText(file).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"{entry.Path}:PasswordFile cannot be read: {e.Message}");
        }
    }

    private static Uri Url(IConfigurationSection entry, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme is "http" or "https") ? url
            : throw new InvalidOperationException($"{entry.Path}:Web3Signer must be an absolute URL.");

    private static Address Account(IConfigurationSection entry) =>
        Address.TryParse(entry["Address"], out var address, out var reason) ? address : throw new InvalidOperationException($"{entry.Path}:Address {reason}.");
}
