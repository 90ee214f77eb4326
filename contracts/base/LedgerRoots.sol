// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IEpochLedger, LedgerSettings} from "../interfaces/IEpochLedger.sol";
import {ILeaseClaims} from "../interfaces/ILeaseClaims.sol";

/// @title The ring of roots and the attestors' quorum
abstract contract LedgerRoots is IEpochLedger, EIP712, AccessManaged {
    /// @dev One slot, read and written by every post.
    struct Head {
        uint32 epoch; // latest posted; 0 = none
        uint32 first; // first of the present run of roots; 0 = none
        uint32 attempt; // what the next root must carry
        uint8 threshold;
        uint8 attestors;
        uint8 calm; // roots in a row, up to the latest, that came at least a stride after the one before
        uint96 bond; // base units standing for the pending roots
    }

    /// @dev A ring slot: the root's top 216 bits, how long it waits beyond its window in 8, the time it was posted in 32.
    uint256 internal constant TIME_BITS = 40;
    /// @dev Waiting is counted in 128ths of a window.
    uint256 internal constant WINDOW_PARTS = 128;
    /// @dev Keeps every walk along the ring short, and a 128th of a window far below an epoch.
    uint256 private constant LONGEST_RING = 64;

    /// @inheritdoc IEpochLedger
    uint32 public immutable epochLength;
    /// @inheritdoc IEpochLedger
    uint32 public immutable challengeWindow;
    uint256 internal immutable RING;
    /// @dev Seconds. Posts this far apart cannot push out a root whose successor waits: then the ring need not be asked.
    uint256 internal immutable STRIDE;
    ILeaseClaims internal immutable CLAIMS;

    Head internal _head;
    mapping(uint256 position => uint256 slot) internal _ring;
    /// @inheritdoc IEpochLedger
    mapping(address account => bool) public isAttestor;

    constructor(LedgerSettings memory s) {
        CLAIMS = s.claims;
        epochLength = s.epochLength;
        challengeWindow = s.challengeWindow;
        // Two windows' worth: or demands on every root would make posting fall behind the epochs, further each time.
        uint256 longest = s.challengeWindow == 0
            ? 0
            : 2 * uint256(s.challengeWindow) + s.challengeWindow / WINDOW_PARTS + 1;
        RING = Math.ceilDiv(longest, s.epochLength) + 2;
        if (RING > LONGEST_RING) revert WindowTooLong();
        STRIDE = longest == 0 ? 0 : Math.ceilDiv(longest, RING - 2);
        for (uint256 i; i < s.attestors.length; ++i) _setAttestor(s.attestors[i], true);
        _setThreshold(s.threshold);
    }

    // Attestors

    /// @inheritdoc IEpochLedger
    function setAttestor(address account, bool attestor) external restricted {
        _setAttestor(account, attestor);
        if (_head.attestors < _head.threshold) revert InvalidThreshold();
    }

    /// @inheritdoc IEpochLedger
    function setThreshold(uint8 threshold_) external restricted {
        _setThreshold(threshold_);
    }

    // Questions

    /// @inheritdoc IEpochLedger
    function latestEpoch() external view returns (uint32) {
        return _head.epoch;
    }

    /// @inheritdoc IEpochLedger
    function firstEpoch() external view returns (uint32) {
        return _head.first;
    }

    /// @inheritdoc IEpochLedger
    function activeEpoch() external view returns (uint32) {
        Head memory h = _head;
        for (uint256 i; i < RING && i < h.epoch; ++i) {
            uint32 epoch = h.epoch - uint32(i);
            uint256 slot = _slotOf(h.epoch, epoch);
            if (slot != 0 && block.timestamp >= _activeAt(slot)) return epoch;
        }
        return 0;
    }

    /// @inheritdoc IEpochLedger
    function attempt() external view returns (uint32) {
        return _head.attempt;
    }

    /// @inheritdoc IEpochLedger
    function isActive(uint32 epoch, bytes32 root) external view returns (bool) {
        uint256 slot = _slotOf(_head.epoch, epoch);
        return slot != 0 && _isRoot(slot, root) && block.timestamp >= _activeAt(slot);
    }

    /// @inheritdoc IEpochLedger
    function activeAt(uint32 epoch) external view returns (uint256) {
        uint256 slot = _slotOf(_head.epoch, epoch);
        return slot == 0 ? 0 : _activeAt(slot);
    }

    /// @inheritdoc IEpochLedger
    function threshold() external view returns (uint8) {
        return _head.threshold;
    }

    /// @dev Zero when the ring does not hold the epoch.
    function _slotOf(uint32 latest, uint32 epoch) internal view returns (uint256) {
        return epoch > latest || latest - epoch >= RING ? 0 : _ring[epoch % RING];
    }

    function _isRoot(uint256 slot, bytes32 root) internal pure returns (bool) {
        return slot >> TIME_BITS == uint256(root) >> TIME_BITS;
    }

    function _newSlot(bytes32 root, uint256 before) internal view returns (uint256) {
        return
            ((uint256(root) >> TIME_BITS) << TIME_BITS) | (_waitAfter(before, block.timestamp) << 32) | block.timestamp;
    }

    function _postedAt(uint256 slot) internal pure returns (uint256) {
        return uint32(slot);
    }

    function _waitOf(uint256 slot) internal pure returns (uint256) {
        return uint8(slot >> 32);
    }

    function _activeAt(uint256 slot) internal view returns (uint256) {
        // Times and windows have 32 bits, a wait has 8.
        unchecked {
            uint256 window = challengeWindow;
            return _postedAt(slot) + window + (_waitOf(slot) * window + WINDOW_PARTS - 1) / WINDOW_PARTS;
        }
    }

    /// @dev How long a root posted at `posted` waits so that it is not active before the one before it.
    function _waitAfter(uint256 before, uint256 posted) internal view returns (uint256) {
        if (before == 0) return 0;
        unchecked {
            uint256 window = challengeWindow;
            uint256 earliest = _activeAt(before);
            uint256 own = posted + window;
            return earliest <= own ? 0 : ((earliest - own) * WINDOW_PARTS + window - 1) / window;
        }
    }

    /// @dev Puts the root off by a window, once, and later ones as far as they would be active before it.
    function _putOff(Head memory h, uint32 epoch) internal {
        uint256 before;
        for (uint32 e = epoch; e <= h.epoch; ++e) {
            uint256 slot = _ring[e % RING];
            uint256 wait = e == epoch ? WINDOW_PARTS : _waitAfter(before, _postedAt(slot));
            if (wait > _waitOf(slot)) {
                slot = (slot & ~(uint256(0xff) << 32)) | (wait << 32);
                _ring[e % RING] = slot;
            }
            before = slot;
        }
    }

    /// @dev The slot of a root that can still be challenged and holds these leaves.
    function _pendingSlot(Head memory h, uint32 epoch, bytes32 root) internal view returns (uint256 slot) {
        slot = _slotOf(h.epoch, epoch);
        if (slot == 0 || !_isRoot(slot, root)) revert UnknownRoot(epoch);
        if (block.timestamp >= _activeAt(slot)) revert AlreadyActive(epoch);
    }

    function _checkSignatures(bytes32 digest, bytes[] calldata signatures, uint256 needed) internal view {
        if (signatures.length < needed) revert TooFewSignatures(signatures.length, needed);
        address last;
        for (uint256 i; i < signatures.length; ++i) {
            (address signer, , ) = ECDSA.tryRecoverCalldata(digest, signatures[i]);
            if (!isAttestor[signer]) revert NotAnAttestor(signer);
            if (signer <= last) revert SignersNotAscending();
            last = signer;
        }
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
