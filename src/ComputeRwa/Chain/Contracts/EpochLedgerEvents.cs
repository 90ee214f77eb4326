using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;

namespace ComputeRwa.Chain.Contracts;

internal static partial class EpochLedger
{
    [Event("AttestorSet")]
    internal sealed class AttestorSetEvent : IEventDTO
    {
        [Parameter("address", "account", 1, true)] public string Account { get; set; } = "";
        [Parameter("bool", "attestor", 2)] public bool Attestor { get; set; }
    }

    [Event("EpochPosted")]
    internal sealed class EpochPostedEvent : IEventDTO
    {
        [Parameter("uint32", "epoch", 1, true)] public uint Epoch { get; set; }
        [Parameter("bytes32", "root", 2, true)] public byte[] Root { get; set; } = [];
        [Parameter("bytes32", "previousRoot", 3)] public byte[] PreviousRoot { get; set; } = [];
        [Parameter("uint32", "attempt", 4)] public uint Attempt { get; set; }
        [Parameter("uint32", "leases", 5)] public uint Leases { get; set; }
        [Parameter("uint128", "rent", 6)] public BigInteger Rent { get; set; }
        [Parameter("uint64", "gpuSeconds", 7)] public ulong GpuSeconds { get; set; }
        [Parameter("uint64", "wattHours", 8)] public ulong WattHours { get; set; }
        [Parameter("bytes32", "dataHash", 9)] public byte[] DataHash { get; set; } = [];
        [Parameter("address", "poster", 10)] public string Poster { get; set; } = "";
    }

    [Event("ThresholdSet")]
    internal sealed class ThresholdSetEvent : IEventDTO
    {
        [Parameter("uint8", "threshold", 1)] public byte Threshold { get; set; }
    }
}
