using System.Text.Json;
using System.Text.Json.Serialization;
using Nethereum.Hex.HexTypes;

namespace Nethereum.RPC.Eth.DTOs;

/// <summary>A log as a node sends it.</summary>
public class FilterLog
{
    /// <summary>True when a reorganisation took the log back.</summary>
    [JsonPropertyName("removed")]
    public bool Removed { get; set; }

    [JsonPropertyName("type")]
    public string? Type { get; set; }

    [JsonPropertyName("logIndex")]
    public HexBigInteger LogIndex { get; set; } = null!;

    [JsonPropertyName("transactionHash")]
    [JsonConverter(typeof(RepeatedTextJsonConverter))]
    public string TransactionHash { get; set; } = null!;

    [JsonPropertyName("transactionIndex")]
    public HexBigInteger TransactionIndex { get; set; } = null!;

    [JsonPropertyName("blockHash")]
    [JsonConverter(typeof(RepeatedTextJsonConverter))]
    public string BlockHash { get; set; } = null!;

    [JsonPropertyName("blockNumber")]
    public HexBigInteger BlockNumber { get; set; } = null!;

    [JsonPropertyName("address")]
    [JsonConverter(typeof(RepeatedTextJsonConverter))]
    public string Address { get; set; } = null!;

    [JsonPropertyName("data")]
    public string Data { get; set; } = null!;

    /// <summary>Text, 32 bytes in hexadecimal each.</summary>
    [JsonPropertyName("topics")]
    [JsonConverter(typeof(TopicsJsonConverter))]
    public object[] Topics { get; set; } = null!;
}

internal sealed class TopicsJsonConverter : JsonConverter<object[]>
{
    private readonly RepeatedText[] _last = [new(), new(), new(), new()];

    public override object[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException($"Topics are expected, not {reader.TokenType}");
        var topics = new List<string>(_last.Length);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) topics.Add(topics.Count < _last.Length ? _last[topics.Count].Read(ref reader)! : reader.GetString()!);
        return topics.ToArray();
    }

    public override void Write(Utf8JsonWriter writer, object[] value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value, options);
}
