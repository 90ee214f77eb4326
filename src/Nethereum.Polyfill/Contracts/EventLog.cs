using Nethereum.RPC.Eth.DTOs;

namespace Nethereum.Contracts;

/// <summary>A decoded event and the log it came from.</summary>
public class EventLog<T>(T eventObject, FilterLog log)
{
    public T Event { get; } = eventObject;

    public FilterLog Log { get; } = log;
}
