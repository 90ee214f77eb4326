using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Fleet;

internal static class NodeStore
{
    /// <summary>Stores a node and its GPUs.</summary>
    /// <returns>The fields that another node has already, by their JSON path; the caller must then refuse, which rolls everything back.</returns>
    public static async Task<List<string>> Insert(Tx tx, Node node)
    {
        var taken = new List<string>();
        var isTaken = await SigningKeyStore.IsReplacement(tx, node.NodeKey);
        var inserted = await tx.Execute(
            """
            INSERT INTO nodes (id, provider_id, site_id, name, gpu_model, node_key, created_at)
            VALUES (@Id, @ProviderId, @SiteId, @Name, @GpuModel, @NodeKey, @CreatedAt)
            ON CONFLICT (node_key) DO NOTHING
            """,
            new { node.Id, node.ProviderId, node.SiteId, node.Name, GpuModel = node.Model.Name, node.NodeKey, node.CreatedAt });
        if (inserted == 0 || isTaken) taken.Add("nodeKey");
        for (var i = 0; i < node.GpuUuids.Count; i++)
        {
            inserted = await tx.Execute("INSERT INTO node_gpus (uuid, node_id, gpu_index) VALUES (@uuid, @Id, @i) ON CONFLICT (uuid) DO NOTHING",
                new { uuid = node.GpuUuids[i], node.Id, i });
            if (inserted == 0) taken.Add($"gpuUuids[{i}]");
        }
        return taken;
    }

    // Few nodes' keys were ever replaced: the first replacement says whether to ask for them.
    private const string Select =
        """
        SELECT n.id, n.provider_id, n.site_id, n.name, n.gpu_model, n.node_key, n.created_at, k.number AS replacement
        FROM nodes n LEFT JOIN node_signing_keys k ON k.node_id = n.id AND k.number = 1
        """;

    public static async Task<Node?> Find(Tx tx, NodeId id) => (await Whole(tx, await tx.Query<NodeRow>($"{Select} WHERE n.id = @id", new { id }))).SingleOrDefault();

    public static async Task<List<Node>> FindAll(Tx tx, IEnumerable<NodeId> ids) => await Whole(tx, await tx.Query<NodeRow>(
        $"{Select} WHERE n.id IN @ids ORDER BY n.id", new { ids = ids.Select(i => i.Value).ToArray() }));

    public static async Task<List<Node>> List(Tx tx, string? siteId, string after, int limit) => await Whole(tx, await tx.Query<NodeRow>(
        $"""
        {Select}
        WHERE n.id > @after AND (@siteId IS NULL OR n.site_id = @siteId) ORDER BY n.id LIMIT @limit
        """,
        new { siteId, after, limit }));

    /// <summary>Where these GPUs are, in order of UUID; unknown ones are left out.</summary>
    public static Task<List<GpuPlace>> Locate(Tx tx, IEnumerable<string> uuids) => tx.Query<GpuPlace>(
        """
        SELECT g.uuid, g.node_id, g.gpu_index, n.site_id, n.provider_id, n.gpu_model, n.node_key
        FROM node_gpus g JOIN nodes n ON n.id = g.node_id WHERE g.uuid IN @uuids ORDER BY g.uuid
        """,
        new { uuids = uuids.ToArray() });

    /// <summary>With their GPUs and the keys that replaced theirs.</summary>
    private static async Task<List<Node>> Whole(Tx tx, List<NodeRow> rows)
    {
        if (rows.Count == 0) return [];
        var gpus = (await tx.Query<GpuRow>("SELECT node_id, uuid FROM node_gpus WHERE node_id IN @ids ORDER BY node_id, gpu_index",
            new { ids = rows.ConvertAll(r => r.Id.Value) })).ToLookup(g => g.NodeId, g => g.Uuid);
        var replaced = rows.FindAll(r => r.Replacement is not null);
        if (replaced.Count == 0) return rows.ConvertAll(r => r.ToNode([.. gpus[r.Id]], []));
        var keys = await SigningKeyStore.Of(tx, replaced.Select(r => r.Id));
        return rows.ConvertAll(r => r.ToNode([.. gpus[r.Id]], [.. keys[r.Id]]));
    }

    private sealed record GpuRow(NodeId NodeId, string Uuid);

    private sealed record NodeRow(
        NodeId Id, ProviderId ProviderId, SiteId SiteId, string Name, string GpuModel, Address NodeKey, DateTimeOffset CreatedAt, long? Replacement)
    {
        public Node ToNode(IReadOnlyList<string> uuids, IReadOnlyList<KeyReplacement> replacements) => new(Id, ProviderId, SiteId, Name,
            Hardware.Find(GpuModel) ?? throw new InvalidOperationException($"{Id} has the GPU model {GpuModel}, which this program no longer knows."),
            NodeKey, uuids, CreatedAt)
        {
            Replacements = replacements,
        };
    }
}
