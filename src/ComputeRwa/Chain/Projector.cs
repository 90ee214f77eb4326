using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Chain;

/// <summary>One log of a watched contract. <c>Topics</c> are 0x hashes, the first names the event; <c>Position</c> orders all logs.</summary>
internal sealed record ChainLog(
    long Position, long BlockNumber, long LogIndex, DateTimeOffset MinedAt, Hash32 TxHash, Address Address, IReadOnlyList<string> Topics, string Data);

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
