using System.Text.Json;

namespace ComputeRwa.Verify.Reading;

/// <summary>
/// Published epoch files and evidence, found by what is in them: a file by the keccak256 of its bytes, which is what attestors
/// signed, evidence by its epoch. Names of files say nothing.
/// </summary>
internal sealed class PublishedFiles
{
    private readonly Dictionary<string, Func<byte[]>> _byHash = [];
    private readonly Dictionary<long, List<string>> _hashesOf = [];
    private readonly Dictionary<long, List<Func<byte[]>>> _evidence = [];

    /// <summary>Whether there is any evidence: without it metering records are taken as stated.</summary>
    public bool HasEvidence => _evidence.Count > 0;

    /// <param name="folder">every .json in it is looked at; what is neither a file nor evidence is passed over</param>
    /// <exception cref="IOException">The folder or a file in it cannot be read.</exception>
    public void AddFolder(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal)) Add(() => File.ReadAllBytes(path));
    }

    public void Add(byte[] bytes) => Add(() => bytes);

    /// <summary>The file that attestors signed for; null when it is not here.</summary>
    public byte[]? Find(string dataHash) => _byHash.TryGetValue(dataHash, out var read) ? read() : null;

    /// <summary>The keccak256 of each file that says it is of this epoch.</summary>
    public IReadOnlyList<string> HashesOf(long epoch) => _hashesOf.TryGetValue(epoch, out var hashes) ? hashes : [];

    public IEnumerable<byte[]> EvidenceOf(long epoch) => _evidence.TryGetValue(epoch, out var found) ? found.Select(read => read()) : [];

    private void Add(Func<byte[]> read)
    {
        var bytes = read();
        var glance = Glance(bytes);
        if (glance is (var evidenceOf, true))
        {
            ListOf(_evidence, evidenceOf).Add(read);
            return;
        }
        var hash = Hashing.Hex(Hashing.Keccak(bytes));
        if (_byHash.TryAdd(hash, read) && glance is (var epoch, false)) ListOf(_hashesOf, epoch).Add(hash);
    }

    private static List<T> ListOf<T>(Dictionary<long, List<T>> lists, long epoch) => lists.TryGetValue(epoch, out var list) ? list : lists[epoch] = [];

    /// <summary>The epoch that the JSON names, and which of the two it is; null when it is neither. Nothing is checked here.</summary>
    private static (long Epoch, bool IsEvidence)? Glance(byte[] bytes)
    {
        try
        {
            var json = new Utf8JsonReader(bytes);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return null;
            long? epoch = null;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var name = json.GetString();
                json.Read();
                if (name == "epoch" && json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var number)) epoch = number;
                if (name is "nodes" or "leases" && epoch is { } known) return (known, name == "nodes");
                json.Skip();
            }
            return null;
        }
        catch (JsonException)
        {
            return null; // some other file; the one that attestors signed for is then missing, and that is said
        }
    }
}
