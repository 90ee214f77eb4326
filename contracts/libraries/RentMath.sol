// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {EpochLeaf, LeaseTerms, MeteringRecord, PricingMethod, Rent} from "../types/Lease.sol";

/// @title Rent of one lease and epoch
/// @notice docs/settlement.md in Solidity; every amount is in parts unless it says base units.
/// @dev Total for terms that LeaseBook accepts and any record; the products below fit 192 bits.
library RentMath {
    /// @notice Parts in a base unit: seconds an hour × bps of load × bps of credit.
    uint256 internal constant PARTS = 360_000_000_000;
    uint256 internal constant BPS = 10_000;

    error UnsupportedMethod(uint8 method);

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
        rent.gross = gross(t, billable, available, Math.min(r.loadBps, BPS));
        rent.slaCredit = (rent.gross / BPS) * slaBps(t, billable, available);
        rent.efficiency =
            int256(rent.gross / BPS) * efficiencyBps(t, Math.min(r.busySeconds, available), r.itWattHours);
        rent.curtailmentCredit = excused * t.price * t.curtailCreditBps * BPS;

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
        leaf.rent = SafeCast.toUint96(previous.rent + total / PARTS);
        leaf.remainder = uint64(total % PARTS);
        leaf.creditParts = previous.creditParts + rent.slaCredit + rent.curtailmentCredit;
        leaf.gpuSeconds = previous.gpuSeconds + rent.available;
        leaf.wattHours = previous.wattHours + r.itWattHours;
        leaf.curtailedSeconds = previous.curtailedSeconds + r.curtailedSeconds;
        leaf.heatWattHours = previous.heatWattHours + r.heatWattHours;
        leaf.recordHash = keccak256(abi.encode(r));
    }

    /// @notice Most base units one epoch can cost, rounded up.
    function capPerEpoch(LeaseTerms calldata t, uint256 epochSeconds) internal pure returns (uint256) {
        return Math.ceilDiv(t.gpuCount * epochSeconds * t.price * BPS * (BPS + t.efficiencyCapBps), PARTS);
    }

    function gross(
        LeaseTerms calldata t,
        uint256 billable,
        uint256 available,
        uint256 loadBps
    ) private pure returns (uint256) {
        if (t.method == uint8(PricingMethod.Fixed)) return billable * t.price * BPS * BPS;
        if (t.method == uint8(PricingMethod.Metered)) {
            return Math.max(available * loadBps, billable * t.takeOrPayBps) * t.price * BPS;
        }
        revert UnsupportedMethod(t.method);
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
