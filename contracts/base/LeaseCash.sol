// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {ERC1155Utils} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Utils.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IEpochLedger} from "../interfaces/IEpochLedger.sol";
import {IERC3009} from "../interfaces/IERC3009.sol";
import {IERC7943MultiToken} from "../interfaces/IERC7943.sol";
import {DEFAULTED, SHORT, SIDELINE, UNAPPLIED} from "../interfaces/ILeaseClaims.sol";
import {Authorization, Bounds, ILeaseClaims, Series, Settlement, Sideline} from "../interfaces/ILeaseClaims.sol";
import {Split} from "../libraries/Split.sol";
import {ClaimControls} from "./ClaimControls.sol";

/// @title The cash of leases: escrow, deposit, rent applied, other income, and what has left
/// @dev Accounts change before tokens move, so a token that calls back finds them settled.
abstract contract LeaseCash is ClaimControls {
    using SafeERC20 for IERC20;
    using Split for Series;

    /// @dev What has left the contract out of the shares of provider and platform.
    struct Paid {
        uint96 provider;
        uint96 fee;
    }

    /// @dev Kinds of funding: 0 rent escrow; 1 heat, 2 mining, 3 grid income.
    uint8 private constant LAST_KIND = 3;

    address private immutable LEASE_BOOK;
    address private immutable EPOCH_LEDGER;

    /// @inheritdoc ILeaseClaims
    address public feeRecipient;
    /// @inheritdoc ILeaseClaims
    mapping(address token => uint8) public payTokenIndex;
    /// @inheritdoc ILeaseClaims
    mapping(uint256 id => uint96) public depositOf;

    uint8 private _payTokenCount;
    mapping(uint8 index => IERC20) private _payTokens;
    mapping(uint256 id => Bounds) private _bounds;
    mapping(uint256 id => Paid) private _paid;
    /// @dev Read only when the series' flag says so.
    mapping(uint256 id => Sideline) private _sidelines;

    constructor(address leaseBook, address epochLedger, address feeRecipient_) {
        LEASE_BOOK = leaseBook;
        EPOCH_LEDGER = epochLedger;
        feeRecipient = feeRecipient_;
    }

    modifier onlyLeaseBook() {
        if (msg.sender != LEASE_BOOK) revert OnlyLeaseBook();
        _;
    }

    modifier onlyEpochLedger() {
        if (msg.sender != EPOCH_LEDGER) revert OnlyEpochLedger();
        _;
    }

    // From LeaseBook

    /// @inheritdoc ILeaseClaims
    function open(
        uint256 id,
        address provider,
        address lessee,
        address payToken,
        uint96 deposit,
        Series calldata s,
        Bounds calldata b
    ) external onlyLeaseBook {
        if (_series[id].units != 0) revert AlreadyOriginated(id);
        Series memory series = s;
        series.token = payTokenIndex[payToken];
        if (series.token == 0) revert PayTokenNotAllowed(payToken);
        if (!ELIGIBILITY.canHold(provider, s.policy)) revert IERC7943MultiToken.ERC7943CannotReceive(provider);
        Bounds memory bounds = b;
        _series[id] = series;
        _bounds[id] = bounds;
        _accounts[id][provider].balance = s.units;
        emit TransferSingle(msg.sender, address(0), provider, id, s.units);
        emit Funded(id, 0, lessee, bounds.funded);
        if (deposit != 0) {
            depositOf[id] = deposit;
            emit DepositPaid(id, lessee, deposit);
        }
        IERC20(payToken).safeTransferFrom(lessee, address(this), uint256(bounds.funded) + deposit);
        ERC1155Utils.checkOnERC1155Received(msg.sender, address(0), provider, id, s.units, "");
    }

    /// @inheritdoc ILeaseClaims
    function addFunds(uint256 id, uint8 kind, address payer, uint96 amount) external onlyLeaseBook {
        IERC20 token = _tokenOf(id);
        _addFunds(id, kind, payer, amount);
        token.safeTransferFrom(payer, address(this), amount);
    }

    /// @inheritdoc ILeaseClaims
    function payProvider(uint256 id, address to) external onlyLeaseBook returns (uint96 amount) {
        IERC20 token = _tokenOf(id);
        amount = providerDue(id);
        if (amount == 0) return 0;
        _paid[id].provider += amount;
        emit ProviderPaid(id, to, amount);
        token.safeTransfer(to, amount);
    }

    /// @inheritdoc ILeaseClaims
    function refund(uint256 id, address to) external onlyLeaseBook returns (uint96 amount) {
        IERC20 token = _tokenOf(id);
        Series memory s = _series[id];
        Bounds memory b = _bounds[id];
        Sideline memory side = _sidelineOf(id, s);
        if (s.lastEpoch != b.startEpoch + b.epochs - 1 || s.flags & (SHORT | UNAPPLIED) != 0 || side.objections != 0)
            revert NotFinal(id);
        uint88 rent = uint88(s.applied - side.income);
        amount = b.funded - rent + depositOf[id];
        if (amount == 0) return 0;
        _bounds[id].funded = rent;
        delete depositOf[id];
        emit Refunded(id, to, amount);
        token.safeTransfer(to, amount);
    }

    /// @inheritdoc ILeaseClaims
    function shorten(uint256 id, uint24 epochs, bool defaulted) external onlyLeaseBook {
        _bounds[id].epochs = epochs;
        emit Shortened(id, epochs);
        if (!defaulted) return;
        _series[id].flags |= DEFAULTED;
        if (depositOf[id] != 0) _useDeposit(id);
    }

    // From EpochLedger

    /// @inheritdoc ILeaseClaims
    function settle(Settlement[] calldata items) external {
        if (msg.sender != EPOCH_LEDGER && msg.sender != LEASE_BOOK) revert OnlyEpochLedger();
        for (uint256 i; i < items.length; ++i) _settle(items[i]);
    }

    /// @inheritdoc ILeaseClaims
    function hold(uint256 id, uint96 amount) external onlyEpochLedger {
        _series[id].flags |= SIDELINE;
        Sideline memory side = _sidelines[id];
        // What a lie of 2^96 − 1 has driven up must not stop a later objection.
        unchecked {
            side.held = uint96(Math.min(uint256(side.held) + amount, type(uint96).max));
            ++side.objections; // each has its epoch, of 32 bits
        }
        _sidelines[id] = side;
        emit HeldBack(id, side.held);
    }

    /// @inheritdoc ILeaseClaims
    function release(uint256 id, uint96 amount) external onlyEpochLedger {
        // What is granted is owed from now on, and paid by the next sync: until then nothing goes back to the lessee.
        if (amount != 0) _series[id].flags |= UNAPPLIED;
        Sideline memory side = _sidelines[id];
        side.held = uint96(Math.saturatingSub(side.held, amount));
        --side.objections;
        _sidelines[id] = side;
        emit HeldBack(id, side.held);
    }

    // From anyone

    /// @inheritdoc ILeaseClaims
    function fundWithAuthorization(uint256 id, uint8 kind, Authorization calldata a) external {
        IERC20 token = _tokenOf(id);
        uint256 before = token.balanceOf(address(this));
        bytes32 nonce = fundingNonce(id, kind, a.salt);
        _addFunds(id, kind, a.payer, a.amount);
        IERC3009(address(token)).receiveWithAuthorization(
            a.payer,
            address(this),
            a.amount,
            a.validAfter,
            a.validBefore,
            nonce,
            a.v,
            a.r,
            a.s
        );
        // A token without ERC-3009 may have a fallback that says nothing.
        if (token.balanceOf(address(this)) != before + a.amount) revert NotPaid();
    }

    /// @inheritdoc ILeaseClaims
    function useDeposit(uint256 id) external returns (uint96 amount) {
        if (_series[id].flags & SHORT == 0) revert NoArrears(id);
        if (depositOf[id] == 0) revert NoDeposit(id);
        return _useDeposit(id);
    }

    /// @inheritdoc ILeaseClaims
    function collectFee(uint256 id) external returns (uint96 amount) {
        IERC20 token = _tokenOf(id);
        amount = feeDue(id);
        if (amount == 0) return 0;
        _paid[id].fee += amount;
        emit FeeCollected(id, feeRecipient, amount);
        token.safeTransfer(feeRecipient, amount);
    }

    // From the governor

    /// @inheritdoc ILeaseClaims
    function allowPayToken(address token) external restricted returns (uint8 index) {
        index = payTokenIndex[token];
        if (index != 0) return index;
        if (_payTokenCount == type(uint8).max) revert TooManyPayTokens();
        index = ++_payTokenCount;
        _payTokens[index] = IERC20(token);
        payTokenIndex[token] = index;
        emit PayTokenAllowed(token, index);
    }

    /// @inheritdoc ILeaseClaims
    function retirePayToken(address token) external restricted {
        uint8 index = payTokenIndex[token];
        if (index == 0) revert PayTokenNotAllowed(token);
        delete payTokenIndex[token];
        emit PayTokenRetired(token, index);
    }

    /// @inheritdoc ILeaseClaims
    function setFeeRecipient(address recipient) external restricted {
        feeRecipient = recipient;
        emit FeeRecipientSet(recipient);
    }

    // Questions

    /// @inheritdoc ILeaseClaims
    function boundsOf(uint256 id) external view returns (Bounds memory) {
        return _bounds[id];
    }

    /// @inheritdoc ILeaseClaims
    function sidelineOf(uint256 id) external view returns (Sideline memory) {
        return _sidelines[id];
    }

    /// @inheritdoc ILeaseClaims
    function escrowOf(uint256 id) external view returns (uint96) {
        return _bounds[id].funded - (_series[id].applied - _sidelines[id].income);
    }

    /// @inheritdoc ILeaseClaims
    function payTokenOf(uint256 id) external view returns (address) {
        return address(_tokenOf(id));
    }

    /// @inheritdoc ILeaseClaims
    function providerDue(uint256 id) public view returns (uint96) {
        return uint96(_series[id].provider() - _paid[id].provider);
    }

    /// @inheritdoc ILeaseClaims
    function feeDue(uint256 id) public view returns (uint96) {
        return uint96(_series[id].fee() - _paid[id].fee);
    }

    /// @inheritdoc ILeaseClaims
    function fundingNonce(uint256 id, uint8 kind, bytes32 salt) public pure returns (bytes32) {
        return keccak256(abi.encode(id, kind, salt));
    }

    function _tokenOf(uint256 id) internal view returns (IERC20) {
        uint8 index = _series[id].token;
        if (index == 0) revert UnknownLease(id);
        return _payTokens[index];
    }

    /// @dev The epoch a lease must be synced through before units may be taken by force.
    function _dueEpoch(uint256 id, uint32 activeEpoch) internal view override returns (uint32) {
        Bounds memory b = _bounds[id];
        return uint32(Math.min(activeEpoch, uint256(b.startEpoch) + b.epochs - 1));
    }

    function _activeEpoch() internal view override returns (uint32) {
        return IEpochLedger(EPOCH_LEDGER).activeEpoch();
    }

    function _settle(Settlement calldata item) private {
        Series memory s = _series[item.leaseId];
        Bounds memory b = _bounds[item.leaseId];
        if (item.epoch < b.startEpoch || item.epoch < s.lastEpoch || item.epoch - b.startEpoch >= b.epochs) {
            emit SyncSkipped(item.leaseId, item.epoch);
            return;
        }
        uint256 asked = item.rent;
        uint256 income;
        if (s.flags & SIDELINE != 0) {
            Sideline memory side = _sidelines[item.leaseId];
            (asked, income) = (Math.saturatingSub(asked, side.held), side.income);
        }
        asked = Math.min(asked, uint256(b.capPerEpoch) * (item.epoch - b.startEpoch + 1));
        s.applied = uint96(Math.max(s.applied, Math.min(asked, b.funded) + income));
        s.lastEpoch = item.epoch;
        s.flags = asked > b.funded ? (s.flags & ~UNAPPLIED) | SHORT : s.flags & ~(SHORT | UNAPPLIED);
        _series[item.leaseId] = s;
        emit Synced(item.leaseId, item.epoch, item.rent, s.applied);
    }

    /// @dev Pool revenue of a lease stays below 2^88, which is what a holder's checkpoint holds.
    function _addFunds(uint256 id, uint8 kind, address payer, uint96 amount) private {
        if (kind > LAST_KIND) revert UnsupportedFunding(kind);
        Bounds memory b = _bounds[id];
        emit Funded(id, kind, payer, amount);
        if (kind == 0) {
            uint256 funded = uint256(b.funded) + amount;
            if (funded > type(uint88).max) revert FundingTooLarge();
            _bounds[id].funded = uint88(funded);
            return;
        }
        Sideline memory side = _sidelines[id];
        uint256 income = uint256(side.income) + amount;
        if (income + uint256(b.capPerEpoch) * b.epochs > type(uint88).max) revert FundingTooLarge();
        side.income = uint88(income);
        _sidelines[id] = side;
        Series memory s = _series[id];
        s.applied += amount;
        s.flags |= SIDELINE;
        _series[id] = s;
    }

    function _useDeposit(uint256 id) private returns (uint96 amount) {
        amount = depositOf[id];
        uint256 funded = uint256(_bounds[id].funded) + amount;
        if (funded > type(uint88).max) revert FundingTooLarge();
        _bounds[id].funded = uint88(funded);
        delete depositOf[id];
        emit DepositUsed(id, amount);
    }

    function _sidelineOf(uint256 id, Series memory s) private view returns (Sideline memory side) {
        if (s.flags & SIDELINE != 0) side = _sidelines[id];
    }
}
