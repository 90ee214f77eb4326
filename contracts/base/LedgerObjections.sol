// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IEpochLedger, Objection, Resolution, Step} from "../interfaces/IEpochLedger.sol";
import {RentMath} from "../libraries/RentMath.sol";
import {Signature} from "../libraries/Signature.sol";
import {LeaseTerms} from "../types/Lease.sol";
import {LedgerChallenge} from "./LedgerChallenge.sol";

/// @title Measurement that the lessee can object to: one lease, one epoch, everything else goes on
abstract contract LedgerObjections is LedgerChallenge {
    uint256 private constant BPS = 10_000;
    bytes32 private constant OBJECTION_TYPEHASH =
        keccak256("Objection(uint256 leaseId,uint32 epoch,bytes32 root,uint256 deadline)");
    bytes32 private constant RESOLUTION_TYPEHASH =
        keccak256("Resolution(uint256 leaseId,uint32 epoch,uint32 attempt,uint96 granted)");

    mapping(uint256 id => mapping(uint32 epoch => Objection)) private _objections;

    /// @inheritdoc IEpochLedger
    function object(uint32 epoch, Step calldata step, uint256 deadline, bytes calldata signature) external {
        Head memory h = _head;
        Found memory f = _find(h, epoch, step, false);
        _checkLessee(step.terms.lessee, f, epoch, deadline, signature);
        Objection memory o = _objectionTo(f, epoch, step);
        o.attempt = h.attempt;
        Objection storage slot = _objections[f.id][epoch];
        // Once decided, the same root cannot be objected to again: what it asks would be held back twice.
        if (slot.posted != 0 && (slot.increment != 0 || slot.posted == o.posted)) revert AlreadyObjected(f.id, epoch);
        _objections[f.id][epoch] = o;
        emit Objected(f.id, epoch, o.lessee, o.increment, o.minimum, o.decideBy);
        CLAIMS.hold(f.id, o.increment);
        _takeDisputeBond(o.lessee);
    }

    /// @inheritdoc IEpochLedger
    function resolveByQuorum(Resolution calldata r, bytes[] calldata signatures) external {
        Objection memory o = _open(r);
        _checkSignatures(resolutionDigest(r), signatures, _head.threshold);
        _resolve(r.leaseId, r.epoch, r.granted, r.granted == o.increment ? o.provider : o.lessee);
    }

    /// @inheritdoc IEpochLedger
    function resolveByParties(
        Resolution calldata r,
        LeaseTerms calldata terms,
        bytes calldata providerSignature,
        bytes calldata lesseeSignature
    ) external {
        Objection memory o = _open(r);
        uint256 id = BOOK.leaseId(terms);
        if (id != r.leaseId) revert OtherLease(r.leaseId, id);
        bytes32 digest = resolutionDigest(r);
        if (!Signature.isFrom(terms.provider, digest, providerSignature)) revert InvalidProviderSignature();
        if (!Signature.isFrom(terms.lessee, digest, lesseeSignature)) revert InvalidLesseeSignature();
        // Most of it is the holders': the parties may not agree on less than a co-settlement could.
        uint96 least = uint96((o.minimum * (BPS - terms.slaCreditCapBps)) / BPS);
        if (r.granted < least) revert GrantTooSmall(r.granted, least);
        _resolve(r.leaseId, r.epoch, r.granted, o.lessee);
    }

    /// @inheritdoc IEpochLedger
    function resolveBySilence(uint256 id, uint32 epoch) external {
        Objection memory o = _objections[id][epoch];
        _checkStands(id, epoch, o);
        if (block.timestamp < o.decideBy) revert DecisionStillDue(o.decideBy);
        _resolve(id, epoch, o.minimum, o.lessee);
    }

    /// @inheritdoc IEpochLedger
    function dropObjection(uint256 id, uint32 epoch) external {
        Objection memory o = _objections[id][epoch];
        if (o.increment == 0) revert NoObjection(id, epoch);
        if (!_isReplaced(epoch, o)) revert RootStands(epoch);
        _resolve(id, epoch, o.increment, o.lessee);
        delete _objections[id][epoch];
    }

    /// @inheritdoc IEpochLedger
    function objectionOf(uint256 id, uint32 epoch) external view returns (Objection memory) {
        return _objections[id][epoch];
    }

    /// @inheritdoc IEpochLedger
    function resolutionDigest(Resolution calldata r) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(RESOLUTION_TYPEHASH, r)));
    }

    function _checkLessee(
        address lessee,
        Found memory f,
        uint32 epoch,
        uint256 deadline,
        bytes calldata signature
    ) private view {
        if (msg.sender == lessee) return;
        if (block.timestamp > deadline) revert SignatureExpired(deadline);
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(OBJECTION_TYPEHASH, f.id, epoch, f.root, deadline)));
        if (!Signature.isFrom(lessee, digest, signature)) revert InvalidLesseeSignature();
    }

    function _objectionTo(Found memory f, uint32 epoch, Step calldata step) private view returns (Objection memory o) {
        uint256 increment = Math.saturatingSub(step.leaf.rent, step.previous.rent);
        if (increment == 0) revert NothingToHold(f.id, epoch);
        o.increment = uint96(increment);
        o.minimum = uint96(Math.min(increment, RentMath.minimum(step.terms, epochLength)));
        o.posted = uint40(_postedAt(f.slot));
        (o.lessee, o.provider) = (step.terms.lessee, step.terms.provider);
        o.decideBy = _decideBy();
    }

    function _open(Resolution calldata r) private view returns (Objection memory o) {
        o = _objections[r.leaseId][r.epoch];
        _checkStands(r.leaseId, r.epoch, o);
        if (r.attempt != o.attempt) revert WrongAttempt(o.attempt, r.attempt);
        if (r.granted > o.increment) revert GrantTooLarge(r.granted, o.increment);
    }

    function _checkStands(uint256 id, uint32 epoch, Objection memory o) private view {
        if (o.increment == 0) revert NoObjection(id, epoch);
        if (_isReplaced(epoch, o)) revert RootReplaced(epoch);
    }

    /// @dev Whether the root objected to was cancelled. A root that has left the ring was active, so it stands.
    function _isReplaced(uint32 epoch, Objection memory o) private view returns (bool) {
        Head memory h = _head;
        if (epoch > h.epoch) return true;
        uint256 slot = _slotOf(h.epoch, epoch);
        return slot != 0 && _postedAt(slot) != o.posted;
    }

    function _decideBy() private view returns (uint40) {
        unchecked {
            return uint40(block.timestamp + challengeWindow);
        }
    }

    function _resolve(uint256 id, uint32 epoch, uint96 granted, address bondTo) private {
        uint40 posted = _objections[id][epoch].posted;
        delete _objections[id][epoch];
        _objections[id][epoch].posted = posted;
        _credit(bondTo, disputeBond);
        emit ObjectionResolved(id, epoch, granted);
        CLAIMS.release(id, granted);
    }
}
