// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

/// @notice How the gross rent of an epoch is found (docs/settlement.md).
enum PricingMethod {
    Fixed,
    Metered,
    Indexed,
    RevenueShare
}

/// @notice What lessee and provider sign. Its EIP-712 digest is the lease id and the ERC-1155 token id.
/// @dev Every member is one static word, so abi.encode(TYPEHASH, terms) is the EIP-712 struct encoding.
/// Prices are base units of `payToken` per GPU-hour; bps are ten-thousandths.
struct LeaseTerms {
    address provider; // lessor: receives all units and the provider's share
    address lessee; // funds the escrow
    address payToken; // allow-listed stablecoin
    bytes32 gpuModel; // ASCII, right-padded with zeros, e.g. "H100-SXM5-80GB"
    bytes32 region; // ASCII, right-padded with zeros, e.g. "US-TX"
    uint32 gpuCount;
    bytes32 capacityRoot; // Merkle root of the node keys and GPU UUIDs let
    uint32 startEpoch; // first epoch metered
    uint32 epochs; // number of epochs
    uint8 method; // PricingMethod
    uint96 price; // Fixed, Metered: per GPU-hour
    uint96 floorPrice; // Indexed, RevenueShare: lowest per GPU-hour
    uint96 ceilingPrice; // Indexed, RevenueShare: highest per GPU-hour
    uint32 rateBps; // Indexed: factor on the index; RevenueShare: the share
    uint16 takeOrPayBps; // Metered: part of the reserved hours paid whatever the load
    uint16 slaBps; // availability promised
    uint16 slaCreditSlope; // credit in bps of gross per bp of availability missing
    uint16 slaCreditCapBps; // most of the gross the SLA credit may take
    uint64 efficiencyTarget; // busy GPU-seconds per IT kWh; 0 = no adjustment
    uint16 efficiencySlopeBps; // adjustment in bps of gross per 10,000 bps of deviation
    uint16 efficiencyCapBps; // largest adjustment, up or down
    uint16 curtailLimitBps; // most of the reserved time that may be curtailed; 0 = not interruptible
    uint16 curtailCreditBps; // credit on curtailed hours, part of `price`
    uint16 poolBps; // holders' share of rent
    uint16 feeBps; // platform fee; the provider has the rest
    uint32 noticeEpochs; // epochs prefunded at origination, at the cap; notice of an exit
    uint16 graceEpochs; // epochs of cover the lessee may be behind before it can be declared in default
    uint96 deposit; // security deposit, base units; pays arrears, then goes back
    uint64 units; // supply of the series
    uint16 policy; // eligibility policy; 0 = any account that is not blocked
    bytes32 salt;
}

/// @notice What was measured of one lease in one epoch; the leaf carries keccak256(abi.encode(record)).
struct MeteringRecord {
    uint256 leaseId;
    uint32 epoch;
    uint64 reservedSeconds; // GPU-seconds let: GPU count × epoch length
    uint64 availableSeconds; // GPU-seconds sampled and healthy, outside curtailment
    uint64 busySeconds; // of these, with SM-active at or above the busy threshold
    uint64 curtailedSeconds; // GPU-seconds inside curtailment notices
    uint16 loadBps; // mean SM-active over the available time
    uint64 itWattHours;
    uint64 facilityWattHours;
    uint64 heatWattHours; // recovered heat
    uint96 indexValue; // Indexed: base units per GPU-hour
    uint32 indexEpoch;
    uint96 revenue; // RevenueShare: base units
    bytes32 revenueSource;
    bytes32 evidenceHash; // head of the telemetry evidence used
    uint8 trust; // 0 Self-reported, 1 Attested, 2 Cross-checked
}

/// @notice One lease's running totals up to and including `epoch`: a leaf of the epoch tree.
struct EpochLeaf {
    uint256 leaseId;
    uint32 epoch;
    uint96 rent; // cumulative net rent, base units
    uint64 remainder; // rent not yet a whole base unit, in parts (RentMath.PARTS a base unit)
    uint256 creditParts; // cumulative SLA and curtailment credits, in parts
    uint64 gpuSeconds; // cumulative available GPU-seconds
    uint64 wattHours; // cumulative IT watt-hours
    uint64 curtailedSeconds; // cumulative
    uint64 heatWattHours; // cumulative
    bytes32 recordHash; // this epoch's metering record
}

/// @notice What attestors sign for an epoch: the tree's root and the sums over its leaves.
struct EpochRoot {
    uint32 epoch;
    uint32 attempt; // 0, raised whenever a root of this epoch is cancelled
    bytes32 root;
    bytes32 previousRoot; // root of epoch − 1; zero for the first
    uint32 leases; // number of leaves
    uint128 rent; // Σ leaf.rent
    uint64 gpuSeconds; // Σ leaf.gpuSeconds
    uint64 wattHours; // Σ leaf.wattHours
    bytes32 dataHash; // keccak256 of the published epoch file
}

/// @notice Rent of one lease in one epoch, in parts (RentMath.PARTS a base unit), and the GPU-seconds it is for.
struct Rent {
    uint256 gross;
    uint256 slaCredit;
    int256 efficiency; // bonus above, malus below zero
    uint256 curtailmentCredit;
    uint256 net; // max(0, gross − slaCredit + efficiency − curtailmentCredit)
    uint64 available; // GPU-seconds counted as delivered
}
