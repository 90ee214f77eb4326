// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {CoSettlement, ILeaseBook, LeaseStatus} from "../interfaces/ILeaseBook.sol";
import {Bounds, DEFAULTED, ILeaseClaims, SHORT, Series, Settlement} from "../interfaces/ILeaseClaims.sol";
import {RentMath} from "../libraries/RentMath.sol";
import {Signature} from "../libraries/Signature.sol";
import {StructHash} from "../libraries/StructHash.sol";
import {LeaseTerms} from "../types/Lease.sol";

/// @title How leases stand and how they end
/// @dev An end only ever moves nearer, and never into an epoch that is over: sync and challenge see the same end for every
/// epoch that can be posted.
abstract contract LeaseEnding is ILeaseBook, EIP712, AccessManaged {
    bytes32 private constant EXIT_TYPEHASH = keccak256("Exit(uint256 leaseId,uint32 endEpoch,uint256 deadline)");
    bytes32 private constant DEFAULT_TYPEHASH = keccak256("Default(uint256 leaseId,uint256 deadline)");
    bytes32 private constant CURTAILMENT_TYPEHASH =
        keccak256("Curtailment(uint256 leaseId,uint32 throughEpoch,uint256 deadline)");
    bytes32 private constant CO_SETTLEMENT_TYPEHASH =
        keccak256("CoSettlement(uint256 leaseId,uint32 epoch,uint96 rent,uint256 deadline)");
    uint256 internal constant BPS = 10_000;

    ILeaseClaims internal immutable CLAIMS;
    /// @inheritdoc ILeaseBook
    uint32 public immutable epochLength;
    /// @inheritdoc ILeaseBook
    uint32 public immutable livenessEpochs;

    /// @inheritdoc ILeaseBook
    mapping(uint256 id => uint32) public curtailedThrough;

    constructor(ILeaseClaims claims, uint32 epochLength_, uint32 livenessEpochs_) {
        CLAIMS = claims;
        epochLength = epochLength_;
        livenessEpochs = livenessEpochs_;
    }

    /// @inheritdoc ILeaseBook
    function exit(LeaseTerms calldata terms, uint32 endEpoch, uint256 deadline, bytes calldata signature) external {
        (uint256 id, Bounds memory b) = _lease(terms);
        bytes32 structHash = keccak256(abi.encode(EXIT_TYPEHASH, id, endEpoch, deadline));
        address by = _party(terms.provider, structHash, deadline, signature) ? terms.provider : terms.lessee;
        if (by == terms.lessee && !_party(terms.lessee, structHash, deadline, signature)) revert NotAParty();
        uint256 earliest = Math.max(uint256(currentEpoch()) + b.noticeEpochs, b.startEpoch);
        if (endEpoch < earliest) revert EndTooEarly(uint32(earliest));
        uint32 end = b.startEpoch + b.epochs - 1;
        if (endEpoch >= end) revert EndTooLate(end);
        emit LeaseExited(id, by, endEpoch);
        CLAIMS.shorten(id, uint24(endEpoch - b.startEpoch + 1), false);
    }

    /// @inheritdoc ILeaseBook
    function declareDefault(LeaseTerms calldata terms, uint256 deadline, bytes calldata signature) external {
        (uint256 id, Bounds memory b) = _lease(terms);
        Series memory s = CLAIMS.seriesOf(id);
        if (s.flags & DEFAULTED != 0) revert AlreadyDefaulted(id);
        uint96 escrow = CLAIMS.escrowOf(id);
        uint256 needed = b.capPerEpoch * Math.saturatingSub(_coverDue(s, b), terms.graceEpochs);
        if (escrow >= needed) revert NotInDefault(escrow, uint96(needed));
        // Once nothing is left to wait for, holders need not wait for the provider.
        if (escrow != 0 || s.flags & SHORT == 0) {
            bytes32 structHash = keccak256(abi.encode(DEFAULT_TYPEHASH, id, deadline));
            if (!_party(terms.provider, structHash, deadline, signature)) revert NotAParty();
        }
        uint256 paid = s.lastEpoch + (uint256(escrow) + CLAIMS.depositOf(id)) / b.capPerEpoch;
        uint256 end = uint256(b.startEpoch) + b.epochs - 1;
        end = Math.min(end, Math.max(paid, Math.max(currentEpoch(), b.startEpoch)));
        emit LeaseDefaulted(id, uint32(end));
        CLAIMS.shorten(id, uint24(end - b.startEpoch + 1), true);
    }

    /// @inheritdoc ILeaseBook
    function noticeCurtailment(
        LeaseTerms calldata terms,
        uint32 throughEpoch,
        uint256 deadline,
        bytes calldata signature
    ) external {
        (uint256 id, ) = _lease(terms);
        if (terms.curtailLimitBps == 0) revert NotInterruptible(id);
        bytes32 structHash = keccak256(abi.encode(CURTAILMENT_TYPEHASH, id, throughEpoch, deadline));
        if (!_party(terms.provider, structHash, deadline, signature)) revert NotAParty();
        curtailedThrough[id] = throughEpoch;
        emit CurtailmentNoticed(id, throughEpoch);
    }

    /// @inheritdoc ILeaseBook
    function settleByParties(
        CoSettlement calldata c,
        LeaseTerms calldata terms,
        bytes calldata providerSignature,
        bytes calldata lesseeSignature
    ) external {
        (uint256 id, Bounds memory b) = _lease(terms);
        if (c.leaseId != id) revert OtherLease(c.leaseId, id);
        _checkBothSigned(c, terms, providerSignature, lesseeSignature);
        _checkCoSettlement(id, b, c, terms);
        emit CoSettled(id, c.epoch, c.rent);
        Settlement[] memory items = new Settlement[](1);
        items[0] = Settlement(id, c.epoch, c.rent);
        CLAIMS.settle(items);
    }

    /// @inheritdoc ILeaseBook
    function statusOf(uint256 id) external view returns (LeaseStatus) {
        Bounds memory b = CLAIMS.boundsOf(id);
        if (b.epochs == 0) return LeaseStatus.None;
        uint32 epoch = currentEpoch();
        Series memory s = CLAIMS.seriesOf(id);
        if (s.flags & DEFAULTED != 0) return LeaseStatus.Defaulted;
        if (epoch < b.startEpoch) return LeaseStatus.Offered;
        if (epoch - b.startEpoch >= b.epochs) return LeaseStatus.Ended;
        bool covered = CLAIMS.escrowOf(id) >= b.capPerEpoch * _coverDue(s, b);
        if (!covered || s.flags & SHORT != 0) return LeaseStatus.Delinquent;
        return epoch <= curtailedThrough[id] ? LeaseStatus.Curtailed : LeaseStatus.Active;
    }

    /// @inheritdoc ILeaseBook
    function leaseId(LeaseTerms calldata terms) public view returns (uint256) {
        return uint256(_hashTypedDataV4(StructHash.ofTerms(terms)));
    }

    /// @inheritdoc ILeaseBook
    function currentEpoch() public view returns (uint32) {
        return uint32(block.timestamp / epochLength);
    }

    function _checkBothSigned(
        CoSettlement calldata c,
        LeaseTerms calldata terms,
        bytes calldata providerSignature,
        bytes calldata lesseeSignature
    ) private view {
        if (block.timestamp > c.deadline) revert SignatureExpired(c.deadline);
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(CO_SETTLEMENT_TYPEHASH, c)));
        if (!Signature.isFrom(terms.provider, digest, providerSignature)) revert InvalidProviderSignature();
        if (!Signature.isFrom(terms.lessee, digest, lesseeSignature)) revert InvalidLesseeSignature();
    }

    /// @dev That the lease has waited long enough, and that its holders lose nothing.
    function _checkCoSettlement(
        uint256 id,
        Bounds memory b,
        CoSettlement calldata c,
        LeaseTerms calldata terms
    ) private view {
        uint32 last = CLAIMS.seriesOf(id).lastEpoch;
        uint32 from = last + livenessEpochs + 1;
        if (currentEpoch() < from) revert StillLive(from);
        if (c.epoch >= currentEpoch()) revert EpochNotOver(c.epoch);
        if (c.epoch <= last) revert EndTooEarly(last + 1);
        uint32 end = b.startEpoch + b.epochs - 1;
        if (c.epoch > end) revert EndTooLate(end);
        uint96 least = _leastRent(id, terms, b.funded, c.epoch - last);
        if (c.rent < least) revert RentTooLow(least);
    }

    /// @dev Cumulative rent that the parties may not go below when they settle so many epochs more.
    function _leastRent(
        uint256 id,
        LeaseTerms calldata terms,
        uint256 funded,
        uint256 epochs
    ) private view returns (uint96) {
        uint256 each = (RentMath.minimum(terms, epochLength) * (BPS - terms.slaCreditCapBps)) / BPS;
        // What is applied so far, and what is held back of anything asked.
        uint256 rent = funded - CLAIMS.escrowOf(id) + CLAIMS.sidelineOf(id).held;
        return uint96(Math.min(rent + each * epochs, type(uint96).max));
    }

    /// @dev Epochs that the escrow should cover: the notice, or what is left of the lease.
    function _coverDue(Series memory s, Bounds memory b) private pure returns (uint256) {
        return Math.min(b.noticeEpochs, uint256(b.startEpoch) + b.epochs - 1 - s.lastEpoch);
    }

    function _lease(LeaseTerms calldata terms) private view returns (uint256 id, Bounds memory b) {
        id = leaseId(terms);
        b = CLAIMS.boundsOf(id);
        if (b.epochs == 0) revert UnknownLease(id);
    }

    /// @dev Whether the account itself calls, or has signed in time.
    function _party(
        address account,
        bytes32 structHash,
        uint256 deadline,
        bytes calldata signature
    ) private view returns (bool) {
        if (msg.sender == account) return true;
        if (signature.length == 0) return false;
        if (block.timestamp > deadline) revert SignatureExpired(deadline);
        return Signature.isFrom(account, _hashTypedDataV4(structHash), signature);
    }
}
