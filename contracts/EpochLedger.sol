// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {LedgerBond} from "./base/LedgerBond.sol";
import {LedgerChallenge} from "./base/LedgerChallenge.sol";
import {LedgerObjections} from "./base/LedgerObjections.sol";
import {LedgerRoots} from "./base/LedgerRoots.sol";
import {IEpochLedger, LedgerSettings} from "./interfaces/IEpochLedger.sol";
import {Settlement} from "./interfaces/ILeaseClaims.sol";
import {StructHash} from "./libraries/StructHash.sol";
import {EpochLeaf, EpochRoot} from "./types/Lease.sol";

/// @title EpochLedger
/// @notice Documented in IEpochLedger.
contract EpochLedger is LedgerObjections {
    constructor(
        LedgerSettings memory s,
        address authority
    ) LedgerRoots(s) LedgerBond(s) LedgerChallenge(s) EIP712("ComputeRwa EpochLedger", "1") AccessManaged(authority) {}

    /// @inheritdoc IEpochLedger
    function post(EpochRoot calldata r, bytes[] calldata signatures) external {
        Head memory h = _head;
        if (r.epoch == 0 || (h.first != 0 && r.epoch != h.epoch + 1)) revert WrongEpoch(h.epoch + 1, r.epoch);
        if ((uint256(r.epoch) + 1) * epochLength > block.timestamp) revert EpochNotEnded(r.epoch);
        if (r.attempt != h.attempt) revert WrongAttempt(h.attempt, r.attempt);
        if (h.bond < rootBond) revert BondTooSmall(h.bond, rootBond);
        if (uint256(r.root) >> TIME_BITS == 0) revert EmptyRoot();
        uint256 last = _checkPrevious(h, r.previousRoot);
        h.calm = _calmAfter(h.calm, last);
        if (h.calm < RING - 2) _checkRoom(r.epoch);
        _checkSignatures(rootDigest(r), signatures, h.threshold);

        _ring[r.epoch % RING] = _newSlot(r.root, last);
        if (h.first == 0) h.first = r.epoch;
        h.epoch = r.epoch;
        _head = h;
        emit EpochPosted(
            r.epoch,
            r.root,
            r.previousRoot,
            r.attempt,
            r.leases,
            r.rent,
            r.gpuSeconds,
            r.wattHours,
            r.dataHash,
            msg.sender
        );
    }

    /// @inheritdoc IEpochLedger
    function sync(uint32 epoch, EpochLeaf calldata leaf, bytes32[] calldata proof) external {
        Settlement[] memory items = new Settlement[](1);
        items[0] = _ask(epoch, leaf);
        _checkActive(epoch, MerkleProof.processProofCalldata(proof, leafHash(leaf)));
        CLAIMS.settle(items);
    }

    /// @inheritdoc IEpochLedger
    function syncBatch(
        uint32 epoch,
        EpochLeaf[] calldata leaves,
        bytes32[] calldata proof,
        bool[] calldata flags
    ) external {
        Settlement[] memory items = new Settlement[](leaves.length);
        bytes32[] memory hashes = new bytes32[](leaves.length);
        for (uint256 i; i < leaves.length; ++i) {
            items[i] = _ask(epoch, leaves[i]);
            hashes[i] = leafHash(leaves[i]);
        }
        _checkActive(epoch, MerkleProof.processMultiProofCalldata(proof, flags, hashes));
        CLAIMS.settle(items);
    }

    /// @inheritdoc IEpochLedger
    function rootDigest(EpochRoot calldata r) public view returns (bytes32) {
        return _hashTypedDataV4(StructHash.ofRoot(r));
    }

    /// @inheritdoc IEpochLedger
    function leafHash(EpochLeaf calldata leaf) public pure returns (bytes32) {
        return StructHash.ofLeaf(leaf);
    }

    function _checkPrevious(Head memory h, bytes32 previousRoot) private view returns (uint256 last) {
        if (h.first == 0) {
            if (previousRoot != 0) revert WrongPreviousRoot(0);
            return 0;
        }
        last = _ring[h.epoch % RING];
        if (!_isRoot(last, previousRoot)) revert WrongPreviousRoot(bytes32((last >> TIME_BITS) << TIME_BITS));
    }

    function _calmAfter(uint256 calm, uint256 last) private view returns (uint8) {
        if (block.timestamp < _postedAt(last) + STRIDE) return 0;
        return uint8(calm < RING - 2 ? calm + 1 : calm);
    }

    /// @dev The oldest root that stays must be active: the one before it, which its challenge would need, goes.
    function _checkRoom(uint32 epoch) private view {
        uint256 oldest = _ring[(epoch + 1) % RING];
        if (oldest != 0 && block.timestamp < _activeAt(oldest)) revert RingFull(epoch);
    }

    function _checkActive(uint32 epoch, bytes32 root) private view {
        uint256 slot = _slotOf(_head.epoch, epoch);
        if (slot == 0 || !_isRoot(slot, root)) revert UnknownRoot(epoch);
        if (block.timestamp < _activeAt(slot)) revert NotActive(epoch);
    }

    /// @dev An ended lease keeps its final leaf, so a leaf may be older than its tree, never younger.
    function _ask(uint32 epoch, EpochLeaf calldata leaf) private pure returns (Settlement memory) {
        if (leaf.epoch > epoch) revert LeafBeyondEpoch(leaf.leaseId, leaf.epoch, epoch);
        return Settlement(leaf.leaseId, leaf.epoch, leaf.rent);
    }
}
