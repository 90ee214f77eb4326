using System.Globalization;
using ComputeRwa.Db;
using ComputeRwa.Fleet;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using ComputeRwa.Parties;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Telemetry;

/// <param name="Number">0 for the key that the node was registered with, which nobody had to authorise</param>
/// <param name="FromSequence">number of the first batch that it signs, unless the next key begins there or before</param>
/// <param name="AuthorisedBy">key: the one before it signed; provider: the provider's account</param>
internal sealed record SigningKeyView(
    long Number, long FromSequence, string Key, string? Authorisation, string? Possession, string? AuthorisedBy, DateTimeOffset CreatedAt);

/// <param name="IsRepeat">it stood there already, and nothing was changed</param>
internal sealed record Replaced(KeyReplacement Replacement, bool IsRepeat);

internal sealed class NextSequences : INextSequences
{
    public async Task<IReadOnlyDictionary<NodeId, long>> Of(Tx tx, IReadOnlyCollection<NodeId> nodes) =>
        (await TelemetryStore.Heads(tx, nodes)).ToDictionary(h => h.Key, h => h.Value.NextSequence);
}

internal static class SigningKeyApi
{
    public static void MapSigningKeys(this RouteGroupBuilder nodes)
    {
        nodes.MapPost("/signing-keys", Post).RequireAuthorization(Roles.Provider)
            .WithSummary("Let another key sign a node's batches from a number on; an exact repeat is answered with what is stored");
        nodes.MapGet("/signing-keys", List).WithSummary("The keys that sign a node's batches, first the one that it was registered with");
    }

    private static async Task<Results<Created<SigningKeyView>, Ok<SigningKeyView>, Refusal>> Post(string id, ReplaceSigningKey request, HttpContext http, Tx tx, TimeProvider time)
    {
        if (await NodeStore.Find(tx, NodeId.From(id)) is not { } known) return new Refusal(Error.NotFound("node", id));
        if (!http.MayActFor(known.ProviderId)) return new Refusal(new("forbidden", "The node belongs to another provider than this key.", [new("id", "is not this key's")]));
        if (!KeyReplacing.Read(request).Ok(out var asked, out var error)) return new Refusal(error);

        var provider = (await ProviderStore.Find(tx, known.ProviderId))!;
        if (!(await Replace(tx, known.Id, asked, request, provider.Address, time.Now())).Ok(out var replaced, out error)) return new Refusal(error);
        return replaced.IsRepeat ? TypedResults.Ok(View(replaced.Replacement))
            : TypedResults.Created($"/v1/nodes/{id}/signing-keys?after={asked.Number - 1}&limit=1", View(replaced.Replacement));
    }

    /// <summary>Puts a key in the place of a node's last, by how its chain and keys stand once nobody else can extend the one or replace the other.</summary>
    public static async Task<Result<Replaced>> Replace(Tx tx, NodeId id, SigningKey asked, ReplaceSigningKey proof, Address provider, DateTimeOffset now)
    {
        await TelemetryStore.HoldChain(tx, id);
        var node = (await NodeStore.Find(tx, id))!;
        if (node.Replacements.FirstOrDefault(r => r.Key == asked) is { } stored) return new Replaced(stored, IsRepeat: true);
        if (!KeyReplacing.Judge(asked, proof, node, provider, (await TelemetryStore.Head(tx, id)).NextSequence, now).Ok(out var replacement, out var error)) return error;
        if (await SigningKeyStore.IsUsed(tx, asked.Key)) return Error.Conflict("duplicate-name", "is or was the key of a node already", "key");

        await SigningKeyStore.Insert(tx, id, replacement);
        await WaitingStore.Refuse(tx, id, KeyReplacing.Outdated((await WaitingStore.Of(tx, [id]))[id], asked), now);
        Feed.Append(tx, "node.signing-key-replaced", id.Value, new { number = asked.Number, fromSequence = asked.FromSequence, key = asked.Key.Value, authorisedBy = replacement.AuthorisedBy }, now);
        return new Replaced(replacement, IsRepeat: false);
    }

    private static async Task<Results<Ok<Page<SigningKeyView>>, Refusal>> List(string id, Tx tx, long after = -1, int limit = 100)
    {
        if (await NodeStore.Find(tx, NodeId.From(id)) is not { } node) return new Refusal(Error.NotFound("node", id));
        var all = node.Replacements.Select(View).Prepend(new(0, 0, node.NodeKey.Value, null, null, null, node.CreatedAt));
        return TypedResults.Ok(Page.Of(all.Where(k => k.Number > after).Take(Paging.Clamp(limit)).ToList(), limit, k => k.Number.ToString(CultureInfo.InvariantCulture)));
    }

    private static SigningKeyView View(KeyReplacement r) => new(
        r.Key.Number, r.Key.FromSequence, r.Key.Key.Value, r.Authorisation, r.Possession, r.AuthorisedBy, r.CreatedAt);
}
