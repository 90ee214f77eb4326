using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Fleet;

/// <summary>A key in the place of the one before it, with what proves that it may be there.</summary>
/// <param name="Authorisation">signature over the key's digest, of the key before or of the provider's account</param>
/// <param name="Possession">the key's own signature over it</param>
/// <param name="AuthorisedBy"><see cref="ByKey"/> or <see cref="ByProvider"/></param>
internal sealed record KeyReplacement(SigningKey Key, string Authorisation, string Possession, string AuthorisedBy, DateTimeOffset CreatedAt)
{
    public const string ByKey = "key";
    public const string ByProvider = "provider";
}

internal static class SigningKeyStore
{
    /// <summary>Of these nodes, each in order of number.</summary>
    public static async Task<ILookup<NodeId, KeyReplacement>> Of(Tx tx, IEnumerable<NodeId> nodes) => (await tx.Query<KeyRow>(
        """
        SELECT node_id, number, from_sequence, signing_key, authorisation, possession, authorised_by, created_at
        FROM node_signing_keys WHERE node_id IN @nodes ORDER BY node_id, number
        """,
        new { nodes = nodes.Select(n => n.Value).ToArray() })).ToLookup(r => r.NodeId, r => r.ToReplacement());

    public static Task<int> Insert(Tx tx, NodeId node, KeyReplacement replacement) => tx.Execute(
        """
        INSERT INTO node_signing_keys (node_id, number, from_sequence, signing_key, authorisation, possession, authorised_by, created_at)
        VALUES (@node, @Number, @FromSequence, @Key, @Authorisation, @Possession, @AuthorisedBy, @CreatedAt)
        """,
        new
        {
            node, replacement.Key.Number, replacement.Key.FromSequence, replacement.Key.Key, replacement.Authorisation, replacement.Possession, replacement.AuthorisedBy,
            replacement.CreatedAt,
        });

    /// <summary>Whether a key is, or ever was, one of any node. It stays so until this transaction ends.</summary>
    public static async Task<bool> IsUsed(Tx tx, Address key) => await IsReplacement(tx, key) || await tx.Single<long>("SELECT COUNT(*) FROM nodes WHERE node_key = @key", new { key }) > 0;

    /// <summary>Whether a key was put in the place of any node's. It stays so until this transaction ends: a node may have it as its name otherwise.</summary>
    public static async Task<bool> IsReplacement(Tx tx, Address key)
    {
        await tx.TakeTurn($"node-key/{key}");
        return await tx.Single<long>("SELECT COUNT(*) FROM node_signing_keys WHERE signing_key = @key", new { key }) > 0;
    }

    private sealed record KeyRow(
        NodeId NodeId, long Number, long FromSequence, Address SigningKey, string Authorisation, string Possession, string AuthorisedBy, DateTimeOffset CreatedAt)
    {
        public KeyReplacement ToReplacement() => new(new(Number, FromSequence, SigningKey), Authorisation, Possession, AuthorisedBy, CreatedAt);
    }
}
