// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {IEpochLedger} from "./interfaces/IEpochLedger.sol";
import {ILeaseClaims, Settlement} from "./interfaces/ILeaseClaims.sol";
import {StructHash} from "./libraries/StructHash.sol";
import {EpochLeaf, EpochRoot} from "./types/Lease.sol";

/// @title EpochLedger
/// @notice Documented in IEpochLedger.
contract EpochLedger is IEpochLedger, EIP712, Ownable2Step {
    /// @dev One slot, read and written by every post.
    struct Head {
        uint32 epoch; // latest posted
        uint32 attempt; // what the next root must carry
        uint8 threshold;
        uint8 attestors;
        bool posted;
    }

    /// @dev A ring slot: the root's top 216 bits, then the time it was posted in 40.
    uint256 private constant TIME_BITS = 40;

    uint32 public immutable epochLength;
    uint32 public immutable challengeWindow;
    uint256 private immutable RING;
    ILeaseClaims private immutable CLAIMS;

    Head private _head;
    mapping(uint256 position => uint256 slot) private _ring;
    mapping(address account => bool) public isAttestor;

    constructor(
        ILeaseClaims claims,
        uint32 epochLength_,
        uint32 challengeWindow_,
        address[] memory attestors,
        uint8 threshold_,
        address owner_
    ) EIP712("ComputeRwa EpochLedger", "1") Ownable(owner_) {
        CLAIMS = claims;
        epochLength = epochLength_;
        challengeWindow = challengeWindow_;
        RING = (uint256(challengeWindow_) + epochLength_ - 1) / epochLength_ + 2;
        for (uint256 i; i < attestors.length; ++i) _setAttestor(attestors[i], true);
        _setThreshold(threshold_);
    }

    // Roots

    /// @inheritdoc IEpochLedger
    function post(EpochRoot calldata r, bytes[] calldata signatures) external {
        Head memory h = _head;
        if (h.posted && r.epoch != h.epoch + 1) revert WrongEpoch(h.epoch + 1, r.epoch);
        if ((uint256(r.epoch) + 1) * epochLength > block.timestamp) revert EpochNotEnded(r.epoch);
        if (r.attempt != h.attempt) revert WrongAttempt(h.attempt, r.attempt);
        uint256 truncated = uint256(r.root) >> TIME_BITS;
        if (truncated == 0) revert EmptyRoot();
        _checkPrevious(h, r.previousRoot);
        _checkSignatures(rootDigest(r), signatures, h.threshold);

        _ring[r.epoch % RING] = (truncated << TIME_BITS) | block.timestamp;
        h.epoch = r.epoch;
        h.posted = true;
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

    // Sync

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

    // Attestors

    /// @inheritdoc IEpochLedger
    function setAttestor(address account, bool attestor) external onlyOwner {
        _setAttestor(account, attestor);
        if (_head.attestors < _head.threshold) revert InvalidThreshold();
    }

    /// @inheritdoc IEpochLedger
    function setThreshold(uint8 threshold_) external onlyOwner {
        _setThreshold(threshold_);
    }

    // Questions

    /// @inheritdoc IEpochLedger
    function rootDigest(EpochRoot calldata r) public view returns (bytes32) {
        return _hashTypedDataV4(StructHash.ofRoot(r));
    }

    /// @inheritdoc IEpochLedger
    function leafHash(EpochLeaf calldata leaf) public pure returns (bytes32) {
        return StructHash.ofLeaf(leaf);
    }

    /// @inheritdoc IEpochLedger
    function latestEpoch() external view returns (uint32) {
        return _head.epoch;
    }

    /// @inheritdoc IEpochLedger
    function isActive(uint32 epoch, bytes32 root) external view returns (bool) {
        uint256 slot = _slotOf(epoch);
        return slot != 0 && _isRoot(slot, root) && _windowOver(slot);
    }

    /// @inheritdoc IEpochLedger
    function threshold() external view returns (uint8) {
        return _head.threshold;
    }

    function _checkPrevious(Head memory h, bytes32 previousRoot) private view {
        if (!h.posted) {
            if (previousRoot != 0) revert WrongPreviousRoot(0);
            return;
        }
        uint256 last = _ring[h.epoch % RING];
        if (!_isRoot(last, previousRoot)) revert WrongPreviousRoot(bytes32((last >> TIME_BITS) << TIME_BITS));
    }

    function _checkSignatures(bytes32 digest, bytes[] calldata signatures, uint256 needed) private view {
        if (signatures.length < needed) revert TooFewSignatures(signatures.length, needed);
        address last;
        for (uint256 i; i < signatures.length; ++i) {
            (address signer, , ) = ECDSA.tryRecoverCalldata(digest, signatures[i]);
            if (!isAttestor[signer]) revert NotAnAttestor(signer);
            if (signer <= last) revert SignersNotAscending();
            last = signer;
        }
    }

    function _checkActive(uint32 epoch, bytes32 root) private view {
        uint256 slot = _slotOf(epoch);
        if (slot == 0 || !_isRoot(slot, root)) revert UnknownRoot(epoch);
        if (!_windowOver(slot)) revert NotActive(epoch);
    }

    /// @dev Zero when the ring does not hold the epoch.
    function _slotOf(uint32 epoch) private view returns (uint256) {
        uint256 latest = _head.epoch;
        return epoch > latest || latest - epoch >= RING ? 0 : _ring[epoch % RING];
    }

    function _isRoot(uint256 slot, bytes32 root) private pure returns (bool) {
        return slot >> TIME_BITS == uint256(root) >> TIME_BITS;
    }

    function _windowOver(uint256 slot) private view returns (bool) {
        return block.timestamp >= uint40(slot) + uint256(challengeWindow);
    }

    /// @dev An ended lease keeps its final leaf, so a leaf may be older than its tree, never younger.
    function _ask(uint32 epoch, EpochLeaf calldata leaf) private pure returns (Settlement memory) {
        if (leaf.epoch > epoch) revert LeafBeyondEpoch(leaf.leaseId, leaf.epoch, epoch);
        return Settlement(leaf.leaseId, leaf.epoch, leaf.rent);
    }

    function _setAttestor(address account, bool attestor) private {
        if (isAttestor[account] == attestor) return;
        isAttestor[account] = attestor;
        if (attestor) ++_head.attestors;
        else --_head.attestors;
        emit AttestorSet(account, attestor);
    }

    function _setThreshold(uint8 threshold_) private {
        if (threshold_ == 0 || threshold_ > _head.attestors) revert InvalidThreshold();
        _head.threshold = threshold_;
        emit ThresholdSet(threshold_);
    }
}
