// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Demand, IEpochLedger, LedgerSettings, Step} from "../interfaces/IEpochLedger.sol";
import {ILeaseBook} from "../interfaces/ILeaseBook.sol";
import {Bounds} from "../interfaces/ILeaseClaims.sol";
import {RentMath} from "../libraries/RentMath.sol";
import {StructHash} from "../libraries/StructHash.sol";
import {EpochLeaf} from "../types/Lease.sol";
import {LedgerBond} from "./LedgerBond.sol";

/// @title Arithmetic that anyone can challenge, in one step, and data that anyone can demand
abstract contract LedgerChallenge is LedgerBond {
    /// @dev A lease's step as the pending root of an epoch has it.
    struct Found {
        uint256 id;
        bytes32 root;
        bytes32 leaf; // hash of its raw words
        uint256 slot;
        Bounds bounds;
        bool placed; // the epoch is one in which the lease has a leaf
        bool restarts; // the tree before is said to hold no leaf of the lease
    }

    ILeaseBook internal immutable BOOK;
    /// @dev Hash of a leaf of zeros: keccak256(keccak256(new bytes(320))), which would be computed at each use.
    bytes32 private constant EMPTY_LEAF = 0xff737410663c3195c598bf49c56e88b4da603b1503de57c9087eb406a155aa21;

    mapping(uint32 epoch => mapping(uint256 id => Demand)) private _demands;

    constructor(LedgerSettings memory s) {
        BOOK = s.book;
    }

    // Challenge

    /// @inheritdoc IEpochLedger
    function challenge(uint32 epoch, Step calldata step) external {
        Head memory h = _head;
        if (_isRight(_find(h, epoch, step, false), epoch, step)) revert StepIsRight();
        _cancel(h, epoch, msg.sender);
    }

    /// @inheritdoc IEpochLedger
    function challengeTwoLeaves(
        uint32 epoch,
        EpochLeaf calldata a,
        bytes32[] calldata proofA,
        EpochLeaf calldata b,
        bytes32[] calldata proofB
    ) external {
        Head memory h = _head;
        if (a.leaseId != b.leaseId) revert OtherLease(a.leaseId, b.leaseId);
        bytes32 hashA = StructHash.ofLeaf(a);
        bytes32 hashB = StructHash.ofLeaf(b);
        if (hashA == hashB) revert SameLeaf();
        _pendingSlot(h, epoch, MerkleProof.processProofCalldata(proofA, hashA));
        _pendingSlot(h, epoch, MerkleProof.processProofCalldata(proofB, hashB));
        _cancel(h, epoch, msg.sender);
    }

    // Demand and reveal

    /// @inheritdoc IEpochLedger
    function demandReveal(uint32 epoch, uint256 id) external {
        Head memory h = _head;
        uint256 slot = _slotOf(h.epoch, epoch);
        if (slot == 0) revert UnknownRoot(epoch);
        uint256 posted = _postedAt(slot);
        if (block.timestamp >= posted + challengeWindow) revert AlreadyActive(epoch);
        Bounds memory b = CLAIMS.boundsOf(id);
        if (b.epochs == 0) revert UnknownLease(id);
        if (!_isPlaced(h, b, epoch)) revert NotStarted(id);
        Demand memory d = _demands[epoch][id];
        if (d.posted == posted) revert AlreadyDemanded(epoch, id);
        if (d.posted != 0) _drop(epoch, id, d);
        _demands[epoch][id] = Demand(msg.sender, uint40(posted));
        _putOff(h, epoch);
        emit RevealDemanded(epoch, id, msg.sender);
        _takeDisputeBond(msg.sender);
    }

    /// @inheritdoc IEpochLedger
    function reveal(uint32 epoch, Step calldata step) external {
        Found memory f = _find(_head, epoch, step, true);
        if (_demands[epoch][f.id].posted != _postedAt(f.slot)) revert NoDemand(epoch, f.id);
        // Nobody can prove that a leaf is not there. Whoever knows it has half a window left to challenge with it.
        if (f.restarts && block.timestamp >= _revealUntil(f.slot)) revert UnknownRoot(epoch - 1);
        if (!_isRight(f, epoch, step)) revert StepIsWrong();
        delete _demands[epoch][f.id];
        _credit(msg.sender, disputeBond);
        emit Revealed(epoch, f.id, msg.sender, step.record);
    }

    /// @inheritdoc IEpochLedger
    function cancelUnrevealed(uint32 epoch, uint256 id) external {
        Head memory h = _head;
        Demand memory d = _demands[epoch][id];
        uint256 slot = _slotOf(h.epoch, epoch);
        if (d.posted == 0 || d.posted != _postedAt(slot)) revert NoDemand(epoch, id);
        uint256 until = _revealUntil(slot);
        if (block.timestamp < until) revert RevealStillDue(until);
        if (block.timestamp >= _activeAt(slot)) revert AlreadyActive(epoch);
        delete _demands[epoch][id];
        _credit(d.by, disputeBond);
        _cancel(h, epoch, d.by);
    }

    /// @inheritdoc IEpochLedger
    function dropDemand(uint32 epoch, uint256 id) external {
        Demand memory d = _demands[epoch][id];
        if (d.posted == 0) revert NoDemand(epoch, id);
        uint256 slot = _slotOf(_head.epoch, epoch);
        if (d.posted == _postedAt(slot) && block.timestamp < _activeAt(slot)) revert DemandPending(epoch, id);
        _drop(epoch, id, d);
    }

    /// @inheritdoc IEpochLedger
    function demandOf(uint32 epoch, uint256 id) external view returns (Demand memory) {
        return _demands[epoch][id];
    }

    /// @dev Checks that the step is about this lease and that both leaves are in their trees.
    function _find(
        Head memory h,
        uint32 epoch,
        Step calldata step,
        bool mayRestart
    ) internal view returns (Found memory f) {
        bytes32 hash = StructHash.ofLeaf(step.leaf);
        f.leaf = hash;
        f.root = MerkleProof.processProofCalldata(step.proof, hash);
        f.slot = _pendingSlot(h, epoch, f.root);
        f.id = BOOK.leaseId(step.terms);
        if (step.leaf.leaseId != f.id) revert OtherLease(step.leaf.leaseId, f.id);
        f.bounds = CLAIMS.boundsOf(f.id);
        if (f.bounds.epochs == 0) revert UnknownLease(f.id);
        f.placed = _isPlaced(h, f.bounds, epoch);
        bytes32 previous = StructHash.ofLeaf(step.previous);
        if (epoch <= f.bounds.startEpoch || epoch <= h.first) {
            if (previous != EMPTY_LEAF) revert PreviousNotEmpty();
        } else if (mayRestart && previous == EMPTY_LEAF) {
            f.restarts = true;
        } else {
            uint256 before = _slotOf(h.epoch, epoch - 1);
            if (!_isRoot(before, MerkleProof.processProofCalldata(step.previousProof, previous))) {
                revert UnknownRoot(epoch - 1);
            }
            if (step.previous.leaseId != f.id) revert OtherLease(step.previous.leaseId, f.id);
        }
    }

    /// @dev Whether the lease has a leaf in the epoch's tree. One that ended before the first root never has.
    function _isPlaced(Head memory h, Bounds memory b, uint32 epoch) private pure returns (bool) {
        unchecked {
            return epoch >= b.startEpoch && uint256(b.startEpoch) + b.epochs > h.first;
        }
    }

    /// @dev Leaves are compared by the hash of their raw words: a leaf with bits beyond a member's type is wrong, and reading
    /// it must not revert.
    function _isRight(Found memory f, uint32 epoch, Step calldata step) private view returns (bool) {
        if (!f.placed) return false;
        // After its end a lease keeps its final leaf.
        if (epoch - f.bounds.startEpoch >= f.bounds.epochs) {
            return f.restarts || f.leaf == StructHash.ofLeaf(step.previous);
        }
        bytes32 recordHash = keccak256(abi.encode(step.record));
        if (recordHash != step.leaf.recordHash) revert RecordMismatch(recordHash);
        if (step.record.leaseId != f.id || step.record.epoch != epoch) return false;
        if (f.restarts) return true;
        EpochLeaf memory expected = RentMath.nextLeaf(step.terms, step.previous, step.record, epochLength);
        return f.leaf == keccak256(bytes.concat(keccak256(abi.encode(expected))));
    }

    /// @dev From then on an unanswered demand cancels.
    function _revealUntil(uint256 slot) private view returns (uint256) {
        return _postedAt(slot) + challengeWindow + challengeWindow / 2;
    }

    function _drop(uint32 epoch, uint256 id, Demand memory d) private {
        delete _demands[epoch][id];
        _credit(d.by, disputeBond);
        emit DemandDropped(epoch, id);
    }
}
