using Nethereum.ABI;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.ABI.Model;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.RPC.Eth.DTOs;

namespace Nethereum.Contracts;

/// <summary>Logs to events.</summary>
public static class EventExtensions
{
    public static EventABI GetEventABI<TEventDTO>() where TEventDTO : IEventDTO => EventABI.Of(typeof(TEventDTO));

    /// <summary>Compares the first topic only, not how many are indexed; an anonymous event has no such topic, so any log can be one.</summary>
    public static bool IsLogForEvent<TEventDTO>(this FilterLog log) => EventABI.Of(typeof(TEventDTO)).IsLogForEvent(log);

    public static bool IsLogForEvent(this EventABI eventABI, FilterLog log) =>
        eventABI.IsAnonymous || log.Topics is [{ } first, ..] && first.ToString()!.IsTheSameHex(eventABI.Sha3Signature);

    /// <summary>Null when the log is another event's.</summary>
    public static EventLog<TEventDTO>? DecodeEvent<TEventDTO>(this FilterLog log) where TEventDTO : new()
    {
        var eventABI = EventABI.Of(typeof(TEventDTO));
        return eventABI.IsLogForEvent(log) ? Decode<TEventDTO>(eventABI, log) : null;
    }

    public static List<EventLog<TEventDTO>> DecodeAllEvents<TEventDTO>(this FilterLog[]? logs) where TEventDTO : new()
    {
        var eventABI = EventABI.Of(typeof(TEventDTO));
        return [.. (logs ?? []).Where(eventABI.IsLogForEvent).Select(log => Decode<TEventDTO>(eventABI, log))];
    }

    public static List<EventLog<TEventDTO>> DecodeAllEvents<TEventDTO>(this List<FilterLog> logs) where TEventDTO : new() =>
        logs.ToArray().DecodeAllEvents<TEventDTO>();

    public static List<EventLog<TEventDTO>> DecodeAllEvents<TEventDTO>(this TransactionReceipt transactionReceipt) where TEventDTO : new() =>
        transactionReceipt.Logs.DecodeAllEvents<TEventDTO>();

    private static EventLog<TEventDTO> Decode<TEventDTO>(EventABI eventABI, FilterLog log) where TEventDTO : new()
    {
        // No span: what was read from JSON is a string[], and a span of an array takes no array of a narrower type.
        var topics = log.Topics[(eventABI.IsAnonymous ? 0 : 1)..];
        if (topics.Length != eventABI.NumberOfIndexes)
            throw new FormatException($"{eventABI.Name} has {eventABI.NumberOfIndexes} indexed parameters, the log {topics.Length}");
        var target = new TEventDTO();
        for (var i = 0; i < eventABI.Indexed.Count; i++)
        {
            var field = eventABI.Indexed[i];
            field.Property.SetValue(target, ReadTopic(field, topics[i].ToString()!));
        }

        eventABI.Data.DecodeInto((log.Data ?? "").HexToByteArray(), target);
        return new EventLog<TEventDTO>(target, log);
    }

    // Of what does not fit a word the chain keeps only the hash.
    private static object ReadTopic(AbiField field, string topic)
    {
        var word = topic.HexToByteArray();
        if (field.Type is WordType type) return type.ReadWord(word, field.ClrType);
        return field.ClrType == typeof(string) ? topic : word;
    }
}
