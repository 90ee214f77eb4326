// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {EpochLeaf, EpochRoot, LeaseTerms} from "../types/Lease.sol";

/// @title Hashes of structs that are all single words, straight from calldata
/// @dev Calldata is the encoding already. It may carry bits beyond a member's type; Solidity refuses those of the members that
/// are read. For the others, terms have `isClean`, and a leaf with such bits is simply in no tree.
library StructHash {
    bytes32 private constant TERMS_TYPEHASH =
        keccak256(
            "LeaseTerms(address provider,address lessee,address payToken,bytes32 gpuModel,bytes32 region,uint32 gpuCount,bytes32 capacityRoot,uint32 startEpoch,uint32 epochs,uint8 method,uint96 price,uint96 floorPrice,uint96 ceilingPrice,uint32 rateBps,uint16 takeOrPayBps,uint16 slaBps,uint16 slaCreditSlope,uint16 slaCreditCapBps,uint64 efficiencyTarget,uint16 efficiencySlopeBps,uint16 efficiencyCapBps,uint16 curtailLimitBps,uint16 curtailCreditBps,uint16 poolBps,uint16 feeBps,uint32 noticeEpochs,uint16 graceEpochs,uint96 deposit,uint64 units,uint16 policy,bytes32 salt)"
        );
    bytes32 private constant ROOT_TYPEHASH =
        keccak256(
            "EpochRoot(uint32 epoch,uint32 attempt,bytes32 root,bytes32 previousRoot,uint32 leases,uint128 rent,uint64 gpuSeconds,uint64 wattHours,bytes32 dataHash)"
        );

    /// @notice EIP-712 struct hash of lease terms.
    function ofTerms(LeaseTerms calldata t) internal pure returns (bytes32 result) {
        bytes32 typehash = TERMS_TYPEHASH;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let ptr := mload(0x40)
            mstore(ptr, typehash)
            calldatacopy(add(ptr, 0x20), t, 0x3e0)
            result := keccak256(ptr, 0x400)
        }
    }

    /// @notice EIP-712 struct hash of an epoch's root.
    function ofRoot(EpochRoot calldata r) internal pure returns (bytes32 result) {
        bytes32 typehash = ROOT_TYPEHASH;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let ptr := mload(0x40)
            mstore(ptr, typehash)
            calldatacopy(add(ptr, 0x20), r, 0x120)
            result := keccak256(ptr, 0x140)
        }
    }

    /// @notice keccak256(keccak256(abi.encode(leaf))), as in StandardMerkleTree.
    function ofLeaf(EpochLeaf calldata leaf) internal pure returns (bytes32 result) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let ptr := mload(0x40)
            calldatacopy(ptr, leaf, 0x140)
            mstore(0x00, keccak256(ptr, 0x140))
            result := keccak256(0x00, 0x20)
        }
    }

    /// @notice False when a member that origination does not read carries bits beyond its type.
    /// @dev Solidity checks the others as they are read.
    function isClean(LeaseTerms calldata t) internal pure returns (bool clean) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let prices := or(calldataload(add(t, 0x140)), calldataload(add(t, 0x160)))
            let dirt := shr(96, or(prices, calldataload(add(t, 0x180))))
            dirt := or(dirt, shr(32, calldataload(add(t, 0x1a0)))) // rateBps
            let slopes := or(calldataload(add(t, 0x200)), calldataload(add(t, 0x260))) // slaCreditSlope, efficiencySlopeBps
            dirt := or(dirt, shr(16, slopes))
            dirt := or(dirt, shr(64, calldataload(add(t, 0x240)))) // efficiencyTarget
            clean := iszero(dirt)
        }
    }
}
