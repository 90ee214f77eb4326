// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EpochLeaf, LeaseTerms, MeteringRecord, PricingMethod, Rent} from "../types/Lease.sol";

/// @title Rent of one lease and epoch
/// @notice docs/settlement.md in Solidity; every amount is in parts unless it says base units.
/// @dev Total for terms that LeaseBook accepts, any record and any previous leaf, so that no lie can make a challenge
/// revert; the products below fit 192 bits.
library RentMath {
    /// @notice Parts in a base unit: seconds an hour × bps of load × bps of credit.
    uint256 internal constant PARTS = 360_000_000_000;
    uint256 internal constant BPS = 10_000;

    /// @dev The same as a share of revenue: PARTS / BPS.
    uint256 private constant PARTS_PER_BPS = 36_000_000;

    /// @notice Rent of the record's epoch under the terms.
    function compute(
        LeaseTerms calldata t,
        MeteringRecord calldata r,
        uint256 epochSeconds
    ) internal pure returns (Rent memory rent) {
        uint256 reserved = Math.min(r.reservedSeconds, t.gpuCount * epochSeconds);
        uint256 excused = Math.min(r.curtailedSeconds, (reserved * t.curtailLimitBps) / BPS);
        uint256 billable = reserved - excused;
        uint256 available = Math.min(r.availableSeconds, billable);

        rent.available = SafeCast.toUint64(available);
        rent.gross = gross(t, r, billable, available);
        rent.slaCredit = (rent.gross / BPS) * slaBps(t, billable, available);
        rent.efficiency =
            int256(rent.gross / BPS) * efficiencyBps(t, Math.min(r.busySeconds, available), r.itWattHours);
        rent.curtailmentCredit = excused * basePrice(t) * t.curtailCreditBps * BPS;

        int256 net = int256(rent.gross) + rent.efficiency - int256(rent.slaCredit + rent.curtailmentCredit);
        rent.net = net > 0 ? uint256(net) : 0;
    }

    /// @notice The lease's running totals after the record's epoch.
    function nextLeaf(
        LeaseTerms calldata t,
        EpochLeaf calldata previous,
        MeteringRecord calldata r,
        uint256 epochSeconds
    ) internal pure returns (EpochLeaf memory leaf) {
        Rent memory rent = compute(t, r, epochSeconds);
        uint256 total = previous.remainder + rent.net;
        leaf.leaseId = r.leaseId;
        leaf.epoch = r.epoch;
        leaf.rent = uint96(Math.min(previous.rent + total / PARTS, type(uint96).max));
        leaf.remainder = uint64(total % PARTS);
        leaf.creditParts = Math.saturatingAdd(previous.creditParts, rent.slaCredit + rent.curtailmentCredit);
        leaf.gpuSeconds = sum(previous.gpuSeconds, rent.available);
        leaf.wattHours = sum(previous.wattHours, r.itWattHours);
        leaf.curtailedSeconds = sum(previous.curtailedSeconds, r.curtailedSeconds);
        leaf.heatWattHours = sum(previous.heatWattHours, r.heatWattHours);
        leaf.recordHash = keccak256(abi.encode(r));
    }

    /// @notice Most base units one epoch can cost, rounded up.
    function capPerEpoch(LeaseTerms calldata t, uint256 epochSeconds) internal pure returns (uint256) {
        // Cannot overflow for an epoch of less than 2^64 seconds: 32 + 64 + 96 + 14 + 17 bits.
        unchecked {
            uint256 parts = t.gpuCount * epochSeconds * highestPrice(t) * BPS * (BPS + t.efficiencyCapBps);
            return (parts + PARTS - 1) / PARTS;
        }
    }

    /// @notice What one epoch costs whatever is used or delivered, before credits: base units, rounded down.
    function minimum(LeaseTerms calldata t, uint256 epochSeconds) internal pure returns (uint256) {
        uint256 reserved = t.gpuCount * epochSeconds;
        if (t.method == uint8(PricingMethod.Metered)) return (reserved * t.price * t.takeOrPayBps * BPS) / PARTS;
        return (reserved * basePrice(t) * BPS * BPS) / PARTS;
    }

    function gross(
        LeaseTerms calldata t,
        MeteringRecord calldata r,
        uint256 billable,
        uint256 available
    ) private pure returns (uint256) {
        if (t.method == uint8(PricingMethod.Fixed)) return billable * t.price * BPS * BPS;
        if (t.method == uint8(PricingMethod.Metered)) {
            uint256 used = available * Math.min(r.loadBps, BPS);
            return Math.max(used, billable * t.takeOrPayBps) * t.price * BPS;
        }
        if (t.method == uint8(PricingMethod.Indexed)) return billable * indexedRate(t, r) * BPS;
        // Revenue counts only with a source to ask.
        uint256 share = r.revenueSource == 0 ? 0 : uint256(r.revenue) * t.rateBps * PARTS_PER_BPS;
        return clamp(share, billable * t.floorPrice * BPS * BPS, billable * t.ceilingPrice * BPS * BPS);
    }

    /// @dev Price per GPU-hour × 10,000. A value of another epoch is stale: the floor applies.
    function indexedRate(LeaseTerms calldata t, MeteringRecord calldata r) private pure returns (uint256) {
        if (r.indexEpoch != r.epoch) return t.floorPrice * BPS;
        return clamp(uint256(r.indexValue) * t.rateBps, t.floorPrice * BPS, t.ceilingPrice * BPS);
    }

    function basePrice(LeaseTerms calldata t) private pure returns (uint256) {
        return t.method <= uint8(PricingMethod.Metered) ? t.price : t.floorPrice;
    }

    function highestPrice(LeaseTerms calldata t) private pure returns (uint256) {
        return t.method <= uint8(PricingMethod.Metered) ? t.price : t.ceilingPrice;
    }

    function clamp(uint256 x, uint256 low, uint256 high) private pure returns (uint256) {
        return Math.min(Math.max(x, low), high);
    }

    /// @dev At most what 64 bits hold: a total that a lie has driven there must still be comparable.
    function sum(uint64 a, uint64 b) private pure returns (uint64) {
        return uint64(Math.min(uint256(a) + b, type(uint64).max));
    }

    /// @dev Credit in bps of gross for availability below the promise.
    function slaBps(LeaseTerms calldata t, uint256 billable, uint256 available) private pure returns (uint256) {
        if (billable == 0) return 0;
        uint256 shortfall = Math.saturatingSub(t.slaBps, (available * BPS) / billable);
        return Math.min(shortfall * t.slaCreditSlope, t.slaCreditCapBps);
    }

    /// @dev Adjustment in bps of gross; both divisions round towards minus infinity.
    function efficiencyBps(LeaseTerms calldata t, uint256 busy, uint256 wattHours) private pure returns (int256) {
        if (t.efficiencyTarget == 0 || wattHours == 0) return 0;
        uint256 ratio = (busy * 1000 * BPS) / (wattHours * t.efficiencyTarget);
        if (ratio >= BPS) return int256(Math.min(((ratio - BPS) * t.efficiencySlopeBps) / BPS, t.efficiencyCapBps));
        return -int256(Math.min(Math.ceilDiv((BPS - ratio) * t.efficiencySlopeBps, BPS), t.efficiencyCapBps));
    }
}
