// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {RentMath} from "../libraries/RentMath.sol";
import {EpochLeaf, LeaseTerms, MeteringRecord, Rent} from "../types/Lease.sol";

/// @title RentMath from outside, for differential tests
/// @dev Lists of equal length; item i of each belongs together.
contract RentMathHarness {
    function compute(
        LeaseTerms[] calldata terms,
        MeteringRecord[] calldata records,
        uint256 epochSeconds
    ) external pure returns (Rent[] memory rents) {
        rents = new Rent[](records.length);
        for (uint256 i; i < records.length; ++i) rents[i] = RentMath.compute(terms[i], records[i], epochSeconds);
    }

    function nextLeaves(
        LeaseTerms[] calldata terms,
        EpochLeaf[] calldata previous,
        MeteringRecord[] calldata records,
        uint256 epochSeconds
    ) external pure returns (EpochLeaf[] memory leaves) {
        leaves = new EpochLeaf[](records.length);
        for (uint256 i; i < records.length; ++i) {
            leaves[i] = RentMath.nextLeaf(terms[i], previous[i], records[i], epochSeconds);
        }
    }

    function nextLeaf(
        LeaseTerms calldata terms,
        EpochLeaf calldata previous,
        MeteringRecord calldata record,
        uint256 epochSeconds
    ) external pure returns (EpochLeaf memory) {
        return RentMath.nextLeaf(terms, previous, record, epochSeconds);
    }

    function capPerEpoch(LeaseTerms calldata terms, uint256 epochSeconds) external pure returns (uint256) {
        return RentMath.capPerEpoch(terms, epochSeconds);
    }

    function minimum(LeaseTerms calldata terms, uint256 epochSeconds) external pure returns (uint256) {
        return RentMath.minimum(terms, epochSeconds);
    }
}
