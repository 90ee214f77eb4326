using System.Reflection;
using System.Text.Json.Nodes;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;
using Nethereum.RPC.Eth.DTOs;

namespace ComputeRwa.Chain;

/// <summary>A decoded call. <c>Method</c> is contract and function, e.g. <c>LeaseBook.originate</c>.</summary>
internal sealed record CallView(string Method, JsonObject Arguments);

/// <summary>A decoded log of one of our contracts.</summary>
internal sealed record EventView(string Name, string Contract, long LogIndex, JsonObject Arguments);

/// <summary>The messages, events and errors this program knows, by selector and topic.</summary>
internal sealed class AbiCatalog
{
    private readonly Dictionary<string, Entry> _functions = [];
    private readonly Dictionary<string, Entry> _events = [];
    private readonly Dictionary<string, Entry> _errors = [];

    public AbiCatalog(IEnumerable<Type> types)
    {
        foreach (var type in types)
        {
            if (type.GetCustomAttribute<FunctionAttribute>() is not null) _functions.TryAdd(AbiSignature.Selector(type), Make(type, typeof(FunctionDecoder<>)));
            if (type.GetCustomAttribute<EventAttribute>() is not null) _events.TryAdd(EventKey(AbiSignature.Topic(type), AbiSignature.IndexedMembers(type)), Make(type, typeof(EventDecoder<>)));
            if (type.GetCustomAttribute<ErrorAttribute>() is not null) _errors.TryAdd(AbiSignature.Selector(type), Make(type, typeof(ErrorDecoder<>)));
        }
    }

    /// <returns>null for a function that is not known.</returns>
    public CallView? Call(string callData) =>
        callData.Length >= 10 && _functions.TryGetValue(callData[..10].ToLowerInvariant(), out var entry)
            ? new($"{entry.Contract}.{entry.Name}", AbiView.Json(entry.Decoder.Decode(callData, null)!)) : null;

    /// <returns>null for an event that is not known.</returns>
    public EventView? Event(ChainLog log) =>
        log.Topics.Count > 0 && _events.TryGetValue(EventKey(log.Topics[0], log.Topics.Count - 1), out var entry)
            ? new(entry.Name, log.Address.Value, log.LogIndex, AbiView.Json(entry.Decoder.Decode(log.Data, log)!)) : null;

    /// <summary>Revert data in words: the error's name and arguments, or the data itself where the error is not known.</summary>
    public string Revert(string data) =>
        data.Length >= 10 && _errors.TryGetValue(data[..10].ToLowerInvariant(), out var entry)
            ? AbiView.Text(entry.Decoder.Decode(data, null)!) : $"reverted with {data}";

    /// <summary>ERC-20 and ERC-721 have a Transfer with one topic and different indexed members.</summary>
    private static string EventKey(string topic, int indexed) => $"{topic}/{indexed}";

    private static Entry Make(Type type, Type decoder) => new(
        type.DeclaringType?.Name ?? "", AbiSignature.NameOf(type)!, (IDecoder)Activator.CreateInstance(decoder.MakeGenericType(type))!);

    private sealed record Entry(string Contract, string Name, IDecoder Decoder);

    private interface IDecoder
    {
        object? Decode(string data, ChainLog? log);
    }

    private sealed class FunctionDecoder<T> : IDecoder where T : FunctionMessage, new()
    {
        public object? Decode(string data, ChainLog? log) => new T().DecodeInput(data);
    }

    private sealed class EventDecoder<T> : IDecoder where T : IEventDTO, new()
    {
        public object? Decode(string data, ChainLog? log) => log!.Decode<T>();
    }

    private sealed class ErrorDecoder<T> : IDecoder where T : class, new()
    {
        public object? Decode(string data, ChainLog? log) => data.DecodeExceptionEncodedData<T>();
    }
}
