using System.Globalization;
using System.Numerics;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;
using Nethereum.RPC.Eth.DTOs;

namespace ComputeRwa.Chain;

/// <summary>One log of a watched contract. <c>Topics</c> are 0x hashes, the first names the event; <c>Position</c> orders all logs.</summary>
internal sealed record ChainLog(
    long Position, long BlockNumber, long LogIndex, DateTimeOffset MinedAt, Hash32 TxHash, Address Address, IReadOnlyList<string> Topics, string Data)
{
    /// <summary>More logs than any block has gas for: the cheapest takes 375.</summary>
    public const long PositionsPerBlock = 10_000_000;

    /// <exception cref="InvalidOperationException">The index would run into the next block's places, and a log would be taken for another.</exception>
    public static long PositionOf(long block, long logIndex) => logIndex is >= 0 and < PositionsPerBlock ? block * PositionsPerBlock + logIndex
        : throw new InvalidOperationException($"Block {block} has a log of number {logIndex}; at most {PositionsPerBlock} can be told apart.");

    public bool Is<TEvent>() where TEvent : IEventDTO, new() => Topics.Count == 1 + TopicOf<TEvent>.Indexed && Topics[0] == TopicOf<TEvent>.Value;

    /// <summary>The event, or null when the log is another event's.</summary>
    public TEvent? Decode<TEvent>() where TEvent : IEventDTO, new() => Is<TEvent>() ? ToFilterLog().DecodeEvent<TEvent>()!.Event : default;

    // What an event is read from.
    private FilterLog ToFilterLog() => new()
    {
        Address = Address.Value,
        Topics = [.. Topics],
        Data = Data,
    };

    private static class TopicOf<TEvent> where TEvent : IEventDTO, new()
    {
        public static readonly int Indexed = AbiSignature.IndexedMembers(typeof(TEvent));
        public static readonly string Value = "0x" + Event<TEvent>.GetEventABI().Sha3Signature;
    }
}

/// <summary>
/// A feature's fold of chain logs into its own tables. The watcher hands every log, in order and once, in a transaction that
/// also moves the projector's cursor. Rows a projector writes carry their block number, so that <see cref="RollBack"/> is a
/// DELETE of the blocks that a reorganisation undid; the logs of the new branch follow.
/// </summary>
internal interface IProjector
{
    string Name { get; }
    Task Apply(Tx tx, ChainLog log);
    Task RollBack(Tx tx, long fromBlock);
}

/// <summary>Tables that a projector fills: where on the chain a row comes from stands in every one.</summary>
internal static class ChainRows
{
    public static Bulk<T> Of<T>(string into, Func<T, ChainLog> log) => new Bulk<T>(into)
        .Number("position", r => log(r).Position).Number("block_number", r => log(r).BlockNumber)
        .Number("mined_at", r => log(r).MinedAt.ToUnixTimeMilliseconds()).Text("tx_hash", r => log(r).TxHash.Value);

    public static string Text(BigInteger amount) => amount.ToString(CultureInfo.InvariantCulture);
}
