using System.IO.Compression;
using System.Text.Json;

namespace Nethereum.Conformance;

/// <summary>The public test vectors; their origin is in LICENSES.md beside them.</summary>
internal static class Vectors
{
    /// <summary>The official package lets through what these tests refuse; run them against the polyfill only.</summary>
    public const string StricterThanOfficial = "polyfill";

    public static JsonElement Load(string name)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "vectors", "eth", name);
        using var file = File.OpenRead(path);
        using var text = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
