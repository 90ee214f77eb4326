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
                WriteBatch(row, json);
                await json.FlushAsync(cancel);
                after = row.Sequence;
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

    private static Task<List<EvidenceRow>> Batches(Tx tx, long epoch, NodeId node, long after) => tx.Query<EvidenceRow>(
        """
        SELECT b.sequence, b.from_second, b.step_seconds, s.previous_hash, b.hash, s.signature, s.columns
        FROM telemetry_batches b JOIN telemetry_samples s ON s.epoch = b.epoch AND s.node_id = b.node_id AND s.sequence = b.sequence
        WHERE b.epoch = @epoch AND b.node_id = @node AND b.sequence > @after ORDER BY b.sequence LIMIT @BatchesAtATime
        """,
        new { epoch, node, after, BatchesAtATime });

    private static void WriteBatch(EvidenceRow row, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("sequence", row.Sequence);
        json.WriteNumber("from", row.FromSecond);
        json.WriteNumber("stepSeconds", row.StepSeconds);
        json.WriteString("previousHash", row.PreviousHash.Value);
        json.WriteString("hash", row.Hash.Value);
        json.WriteString("signature", row.Signature is null ? null : "0x" + Convert.ToHexStringLower(row.Signature));
        json.WritePropertyName("columns");
        // Not serialized into the writer: that would flush it synchronously, which a response stream refuses.
        json.WriteRawValue(JsonSerializer.SerializeToUtf8Bytes(ColumnsCodec.Decompress(row.Columns).ToJson(), JsonSerializerOptions.Web), skipInputValidation: true);
        json.WriteEndObject();
    }

    private sealed record EvidenceRow(
        long Sequence, long FromSecond, long StepSeconds, Hash32 PreviousHash, Hash32 Hash, byte[]? Signature, byte[] Columns);
}
