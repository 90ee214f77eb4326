// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {LeaseTerms} from "../types/Lease.sol";

/// @title EIP-712 struct hash of lease terms
/// @dev Every member is one word, so calldata is the encoding already.
library TermsHash {
    bytes32 private constant TYPEHASH =
        keccak256(
            "LeaseTerms(address provider,address lessee,address payToken,bytes32 gpuModel,bytes32 region,uint32 gpuCount,bytes32 capacityRoot,uint32 startEpoch,uint32 epochs,uint8 method,uint96 price,uint96 floorPrice,uint96 ceilingPrice,uint32 rateBps,uint16 takeOrPayBps,uint16 slaBps,uint16 slaCreditSlope,uint16 slaCreditCapBps,uint64 efficiencyTarget,uint16 efficiencySlopeBps,uint16 efficiencyCapBps,uint16 curtailLimitBps,uint16 curtailCreditBps,uint16 poolBps,uint16 feeBps,uint32 noticeEpochs,uint64 units,uint16 policy,bytes32 salt)"
        );

    /// @dev For terms whose members are known to be in range; see `isClean`.
    function hash(LeaseTerms calldata t) internal pure returns (bytes32 result) {
        bytes32 typehash = TYPEHASH;
        assembly ("memory-safe") {
            let ptr := mload(0x40)
            mstore(ptr, typehash)
            calldatacopy(add(ptr, 0x20), t, 0x3a0)
            result := keccak256(ptr, 0x3c0)
        }
    }

    /// @notice False when a member that origination does not read carries bits beyond its type.
    /// @dev Solidity checks the others as they are read.
    function isClean(LeaseTerms calldata t) internal pure returns (bool clean) {
        assembly ("memory-safe") {
            let dirt := or(shr(96, calldataload(add(t, 0x160))), shr(96, calldataload(add(t, 0x180)))) // prices
            dirt := or(dirt, shr(32, calldataload(add(t, 0x1a0)))) // rateBps
            dirt := or(dirt, shr(16, calldataload(add(t, 0x200)))) // slaCreditSlope
            dirt := or(dirt, shr(64, calldataload(add(t, 0x240)))) // efficiencyTarget
            dirt := or(dirt, shr(16, calldataload(add(t, 0x260)))) // efficiencySlopeBps
            clean := iszero(dirt)
        }
    }
}
