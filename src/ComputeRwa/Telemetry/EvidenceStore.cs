using System.Text.Json;
using ComputeRwa.Db;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry;

/// <summary>The telemetry an epoch rests on, for outsiders: every hash, signature and metering record can be recomputed from it.</summary>
internal static class EvidenceStore
{
    // Batches read at a time: bounds the memory that one export takes.
    private const int BatchesAtATime = 16;

    /// <summary>
    /// Writes <c>{epoch,nodes:[{nodeId,nodeKey,gpuUuids,batches:[{sequence,from,stepSeconds,previousHash,hash,signature,columns}]}]}</c>, nodes in
    /// order of their key, <c>from</c> in unix seconds as it is hashed, columns as they were posted. A node of whose batches another key than its own signs some has
    /// <c>signingKeys:[{number,fromSequence,key,authorisation,possession}]</c> besides.
    /// </summary>
    public static async Task Write(Tx tx, long epoch, IEnumerable<NodeId> nodes, Stream output, CancellationToken cancel)
    {
        await using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteNumber("epoch", epoch);
        json.WriteStartArray("nodes");
        foreach (var node in (await NodeStore.FindAll(tx, nodes.Distinct())).OrderBy(n => n.NodeKey.Value.ToLowerInvariant(), StringComparer.Ordinal))
            await WriteNode(tx, epoch, node, json, cancel);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static async Task WriteNode(Tx tx, long epoch, Node node, Utf8JsonWriter json, CancellationToken cancel)
    {
        json.WriteStartObject();
        json.WriteString("nodeId", node.Id.Value);
        json.WriteString("nodeKey", node.NodeKey.Value);
        json.WriteStartArray("gpuUuids");
        foreach (var uuid in node.GpuUuids) json.WriteStringValue(uuid);
        json.WriteEndArray();
        json.WriteStartArray("batches");
        var after = -1L;
        List<EvidenceRow> rows;
        do
        {
            rows = await Batches(tx, epoch, node.Id, after);
            foreach (var row in rows)
            {
                if (row.Samples is { } samples) WriteBatch(row.Link, samples, json);
                await json.FlushAsync(cancel);
                after = row.Link.Sequence;
            }
        }
        while (rows.Count == BatchesAtATime);
        json.WriteEndArray();
        WriteKeys(node, after, json);
        json.WriteEndObject();
    }

    /// <summary>Up to the last that holds by the node's last batch of the epoch, with all before it, also those that never held: each authorises the next.</summary>
    private static void WriteKeys(Node node, long lastSequence, Utf8JsonWriter json)
    {
        if (SigningKey.At(node.Replacements.Select(r => r.Key), lastSequence) is not { } last) return;
        json.WriteStartArray("signingKeys");
        foreach (var replacement in node.Replacements.Where(r => r.Key.Number <= last.Number))
        {
            json.WriteStartObject();
            json.WriteNumber("number", replacement.Key.Number);
            json.WriteNumber("fromSequence", replacement.Key.FromSequence);
            json.WriteString("key", replacement.Key.Key.Value);
            json.WriteString("authorisation", replacement.Authorisation);
            json.WriteString("possession", replacement.Possession);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static async Task<List<EvidenceRow>> Batches(Tx tx, long epoch, NodeId node, long after)
    {
        // What a batch names as the hash before its own is checked when it becomes a link: it is that of the link before it.
        var links = await tx.Query<LinkRow>(
            """
            SELECT b.sequence, b.from_second, b.step_seconds, p.hash AS previous_hash, b.hash
            FROM telemetry_batches b LEFT JOIN telemetry_links p ON p.node = b.node AND p.sequence = b.place - 1
            WHERE b.epoch = @epoch AND b.node_id = @node AND b.place > @after ORDER BY b.place LIMIT @BatchesAtATime
            """,
            new { epoch, node, after, BatchesAtATime });
        if (links.Count == 0) return [];
        var samples = await SampleStore.Read(tx, epoch, node, links[0].Sequence, links[^1].Sequence);
        return links.ConvertAll(l => new EvidenceRow(l, samples.GetValueOrDefault(l.Sequence)));
    }

    private static void WriteBatch(LinkRow link, StoredSamples samples, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("sequence", link.Sequence);
        json.WriteNumber("from", link.FromSecond);
        json.WriteNumber("stepSeconds", link.StepSeconds);
        json.WriteString("previousHash", (link.Sequence == 0 ? Hash32.Zero : Hash32.Of(link.PreviousHash)).Value);
        json.WriteString("hash", link.Hash.Value);
        json.WriteString("signature", samples.Signature is null ? null : "0x" + Convert.ToHexStringLower(samples.Signature));
        json.WritePropertyName("columns");
        // Not serialized into the writer: that would flush it synchronously, which a response stream refuses.
        json.WriteRawValue(JsonSerializer.SerializeToUtf8Bytes(samples.Columns.ToJson(), JsonSerializerOptions.Web), skipInputValidation: true);
        json.WriteEndObject();
    }

    private sealed record LinkRow(long Sequence, long FromSecond, long StepSeconds, byte[]? PreviousHash, Hash32 Hash);

    /// <param name="Samples">null once they were dropped</param>
    private sealed record EvidenceRow(LinkRow Link, StoredSamples? Samples);
}
