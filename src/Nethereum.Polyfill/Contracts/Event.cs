using Nethereum.ABI;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.ABI.Model;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.RPC.Eth.Filters;

namespace Nethereum.Contracts;

/// <summary>One event of one contract, or of all contracts when there is no address.</summary>
public class Event<TEventMessage>(IClient client, string? contractAddress) where TEventMessage : IEventDTO, new()
{
    private readonly EthGetLogs _getLogs = new(client);

    public Event(IClient client) : this(client, null)
    {
    }

    public string? ContractAddress { get; } = contractAddress;

    public EventABI EventABI { get; } = GetEventABI();

    public static EventABI GetEventABI() => EventABI.Of(typeof(TEventMessage));

    public static EventLog<TEventMessage>? DecodeEvent(FilterLog log) => log.DecodeEvent<TEventMessage>();

    public static List<EventLog<TEventMessage>> DecodeAllEvents(FilterLog[] logs) => logs.DecodeAllEvents<TEventMessage>();

    public List<EventLog<TEventMessage>> DecodeAllEventsForEvent(FilterLog[] logs) => DecodeAllEvents(logs);

    public bool IsLogForEvent(FilterLog log) => EventABI.IsLogForEvent(log);

    public async Task<List<EventLog<TEventMessage>>> GetAllChangesAsync(NewFilterInput filterInput) =>
        DecodeAllEvents(await _getLogs.SendRequestAsync(filterInput).ConfigureAwait(false));

    public NewFilterInput CreateFilterInput(BlockParameter? fromBlock = null, BlockParameter? toBlock = null) =>
        Filter([EventABI.Topic], fromBlock, toBlock);

    public NewFilterInput CreateFilterInput<T>(T firstIndexedParameterValue, BlockParameter? fromBlock = null, BlockParameter? toBlock = null) =>
        Filter([EventABI.Topic, Topic(0, firstIndexedParameterValue)], fromBlock, toBlock);

    public NewFilterInput CreateFilterInput<T1, T2>(
        T1 firstIndexedParameterValue, T2 secondIndexedParameterValue, BlockParameter? fromBlock = null, BlockParameter? toBlock = null) =>
        Filter([EventABI.Topic, Topic(0, firstIndexedParameterValue), Topic(1, secondIndexedParameterValue)], fromBlock, toBlock);

    public NewFilterInput CreateFilterInput<T1, T2, T3>(
        T1 firstIndexedParameterValue, T2 secondIndexedParameterValue, T3 thirdIndexedParameterValue,
        BlockParameter? fromBlock = null, BlockParameter? toBlock = null) =>
        Filter(
            [EventABI.Topic, Topic(0, firstIndexedParameterValue), Topic(1, secondIndexedParameterValue), Topic(2, thirdIndexedParameterValue)],
            fromBlock, toBlock);

    private NewFilterInput Filter(object?[] topics, BlockParameter? fromBlock, BlockParameter? toBlock) => new()
    {
        FromBlock = fromBlock,
        ToBlock = toBlock,
        Address = ContractAddress is null ? null : [ContractAddress],
        Topics = topics,
    };

    // Null matches any value of that parameter.
    private object[]? Topic(int index, object? value)
    {
        if (value is null) return null;
        if (EventABI.Indexed[index].Type is not WordType type) throw new NotSupportedException("Only parameters of one word can be filtered by");
        var word = new byte[AbiWriter.Word];
        type.WriteWord(word, value);
        return [word.ToHex(true)];
    }
}
