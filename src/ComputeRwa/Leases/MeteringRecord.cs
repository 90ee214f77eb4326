using System.Numerics;
using ComputeRwa.Kernel;

namespace ComputeRwa.Leases;

/// <summary>What was measured of one lease in one epoch: contracts/types/Lease.sol. Seconds are GPU-seconds.</summary>
/// <param name="Trust">0 Self-reported, 1 Attested, 2 Cross-checked</param>
internal sealed record MeteringRecord(
    Hash32 LeaseId, uint Epoch, ulong ReservedSeconds, ulong AvailableSeconds, ulong BusySeconds, ulong CurtailedSeconds, ushort LoadBps,
    ulong ItWattHours, ulong FacilityWattHours, ulong HeatWattHours, BigInteger IndexValue, uint IndexEpoch, BigInteger Revenue,
    Hash32 RevenueSource, Hash32 EvidenceHash, byte Trust)
{
    /// <summary>abi.encode: sixteen words.</summary>
    public byte[] Encode() => new Words(16)
        .Add(LeaseId).Add(Epoch).Add(ReservedSeconds).Add(AvailableSeconds).Add(BusySeconds).Add(CurtailedSeconds).Add(LoadBps)
        .Add(ItWattHours).Add(FacilityWattHours).Add(HeatWattHours).Add(IndexValue).Add(IndexEpoch).Add(Revenue)
        .Add(RevenueSource).Add(EvidenceHash).Add(Trust).ToBytes();

    /// <summary>keccak256(abi.encode(record)): what the leaf carries.</summary>
    public Hash32 Hash() => Keccak.Hash(Encode());
}

/// <summary>A lease's running totals up to and including <c>Epoch</c>: one leaf of the epoch's tree.</summary>
/// <param name="Rent">cumulative net rent, base units</param>
/// <param name="Remainder">rent not yet a whole base unit, in parts</param>
/// <param name="CreditParts">cumulative SLA and curtailment credits, in parts</param>
internal sealed record EpochLeaf(
    Hash32 LeaseId, uint Epoch, BigInteger Rent, ulong Remainder, BigInteger CreditParts, ulong GpuSeconds, ulong WattHours,
    ulong CurtailedSeconds, ulong HeatWattHours, Hash32 RecordHash)
{
    /// <summary>What a lease's first leaf is counted from.</summary>
    public static EpochLeaf Before(Hash32 leaseId) => new(leaseId, 0, 0, 0, 0, 0, 0, 0, 0, Hash32.Zero);

    /// <summary>abi.encode: ten words.</summary>
    public byte[] Encode() => new Words(10)
        .Add(LeaseId).Add(Epoch).Add(Rent).Add(Remainder).Add(CreditParts).Add(GpuSeconds).Add(WattHours)
        .Add(CurtailedSeconds).Add(HeatWattHours).Add(RecordHash).ToBytes();

    /// <summary>The leaf's hash in the tree.</summary>
    public Hash32 Hash() => MerkleTree.LeafHash(Encode());
}
