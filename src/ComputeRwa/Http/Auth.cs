using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace ComputeRwa.Http;

internal static class Roles
{
    public const string Operator = "operator";
    public const string Provider = "provider";
}

/// <summary>API keys: 32 random bytes shown once, stored as a SHA-256. A key of 256 random bits needs no slow hash.</summary>
internal static class ApiKeys
{
    public static string Make() => "crwa_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    public static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <returns>the id that it is listed and revoked by</returns>
    public static async Task<string> Store(Tx tx, string key, string role, string? partyId, DateTimeOffset now)
    {
        var id = Id.New("key", now);
        await tx.Execute(
            """
            INSERT INTO api_keys (id, sha256, role, party_id, created_at) VALUES (@id, @sha256, @role, @partyId, @now)
            ON CONFLICT (sha256) DO NOTHING
            """,
            new { id, sha256 = Hash(key), role, partyId, now });
        return id;
    }

    public static Task<KeyRow?> Find(Tx tx, string key) => tx.First<KeyRow>(
        "SELECT id, role, party_id FROM api_keys WHERE sha256 = @sha256 AND revoked_at IS NULL", new { sha256 = Hash(key) });

    /// <summary>No key of the operator's comes or goes before this transaction ends.</summary>
    public static Task HoldOperators(Tx tx) => tx.TakeTurn("operator-key");

    /// <summary>That are taken.</summary>
    public static Task<long> CountOperators(Tx tx) => tx.Single<long>("SELECT COUNT(*) FROM api_keys WHERE role = @role AND revoked_at IS NULL", new { role = Roles.Operator });

    private const string Views = "SELECT id, role, party_id AS provider_id, created_at, revoked_at FROM api_keys";

    public static Task<KeyView?> Get(Tx tx, string id) => tx.First<KeyView>($"{Views} WHERE id = @id", new { id });

    public static Task<List<KeyView>> List(Tx tx, string? party, string after, int limit) => tx.Query<KeyView>(
        $"{Views} WHERE id > @after AND (@party IS NULL OR party_id = @party) ORDER BY id LIMIT @limit", new { after, party, limit });

    public static Task<int> Revoke(Tx tx, string id, DateTimeOffset now) => tx.Execute(
        "UPDATE api_keys SET revoked_at = @now WHERE id = @id AND revoked_at IS NULL", new { id, now });

    /// <summary>Stores the configured operator key, or makes one on the first start. Returns only a key it made, which nobody has seen yet.</summary>
    public static async Task<string?> EnsureOperator(Database database, string? configured, DateTimeOffset now)
    {
        await using var tx = database.Write();
        await HoldOperators(tx);
        var key = configured ?? (await CountOperators(tx) == 0 ? Make() : null);
        if (key is not null) await Store(tx, key, Roles.Operator, null, now);
        await tx.Commit();
        return configured is null ? key : null;
    }
}

internal sealed record KeyRow(string Id, string Role, string? PartyId);

/// <summary>Who sent the request.</summary>
internal static class Caller
{
    public static string KeyId(this HttpContext http) => http.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "";

    /// <summary>The provider the key belongs to; null for the operator, who may act for any.</summary>
    public static ProviderId? Provider(this HttpContext http) =>
        http.User.FindFirstValue("party") is { } party ? ProviderId.From(party) : null;

    public static bool MayActFor(this HttpContext http, ProviderId provider) => http.Provider() is not { } own || own == provider;
}

internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, Database database)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return AuthenticateResult.NoResult();
        await using var tx = database.Glance();
        if (await ApiKeys.Find(tx, header["Bearer ".Length..].Trim()) is not { } key) return AuthenticateResult.Fail("Unknown API key.");
        var claims = new List<Claim> { new(ClaimTypes.NameIdentifier, key.Id), new(ClaimTypes.Role, key.Role) };
        if (key.PartyId is not null) claims.Add(new("party", key.PartyId));
        return AuthenticateResult.Success(new(new(new ClaimsIdentity(claims, SchemeName)), SchemeName));
    }
}

internal static class AuthSetup
{
    public static void AddApiKeys(this IServiceCollection services)
    {
        services.AddAuthentication(ApiKeyHandler.SchemeName).AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.SchemeName, null);
        services.AddAuthorizationBuilder()
            .AddPolicy(Roles.Operator, p => p.RequireRole(Roles.Operator))
            .AddPolicy(Roles.Provider, p => p.RequireRole(Roles.Provider, Roles.Operator));
    }
}
