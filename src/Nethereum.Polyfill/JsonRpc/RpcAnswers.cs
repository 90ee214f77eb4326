using System.Text.Json;
using Nethereum.JsonRpc.Client.RpcMessages;

namespace Nethereum.JsonRpc.Client;

/// <summary>Answers as a node sends them. A result stays where it lies until it is read as what was asked for: it can be most of what this program reads.</summary>
internal static class RpcAnswers
{
    public static RpcResponseMessage One(byte[] answer)
    {
        var reader = new Utf8JsonReader(answer);
        reader.Read();
        var message = Message(ref reader, answer);
        reader.Read(); // nothing may follow
        return message;
    }

    public static RpcResponseMessage[] Many(byte[] answer)
    {
        var reader = new Utf8JsonReader(answer);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException($"The answers of a batch are expected, not {reader.TokenType}");
        var messages = new List<RpcResponseMessage>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) messages.Add(Message(ref reader, answer));
        reader.Read(); // nothing may follow
        return [.. messages];
    }

    private static RpcResponseMessage Message(ref Utf8JsonReader reader, byte[] answer)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException($"An answer is expected, not {reader.TokenType}");
        var message = new RpcResponseMessage();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8)) message.Id = JsonSerializer.Deserialize<object?>(ref reader, RpcJson.Options);
            else if (reader.ValueTextEquals("jsonrpc"u8)) message.JsonRpcVersion = JsonSerializer.Deserialize<string?>(ref reader, RpcJson.Options);
            else if (reader.ValueTextEquals("result"u8)) message.Raw = answer.AsMemory(Value(ref reader));
            else if (reader.ValueTextEquals("error"u8)) message.Error = JsonSerializer.Deserialize<RpcMessages.RpcError?>(ref reader, RpcJson.Options);
            else Value(ref reader);
        }
        return message;
    }

    private static Range Value(ref Utf8JsonReader reader)
    {
        reader.Read();
        var from = (int)reader.TokenStartIndex;
        reader.Skip();
        return from..(int)reader.BytesConsumed;
    }
}
