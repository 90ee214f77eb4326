// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC1155Utils} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Utils.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ClaimControls} from "./base/ClaimControls.sol";
import {ClaimMetadata} from "./base/ClaimMetadata.sol";
import {ClaimUnits} from "./base/ClaimUnits.sol";
import {IEligibility} from "./interfaces/IEligibility.sol";
import {Account, Bounds, ILeaseClaims, Series, Settlement, TransferOrder} from "./interfaces/ILeaseClaims.sol";
import {NonceMap} from "./libraries/NonceMap.sol";
import {Signature} from "./libraries/Signature.sol";
import {Split} from "./libraries/Split.sol";

/// @title LeaseClaims
/// @notice Documented in ILeaseClaims.
contract LeaseClaims is ClaimControls, ClaimMetadata, EIP712 {
    using NonceMap for mapping(address => mapping(uint256 => uint256));
    using SafeERC20 for IERC20;
    using Split for Series;

    /// @dev What has left the contract out of the shares of provider and platform.
    struct Paid {
        uint96 provider;
        uint96 fee;
    }

    bytes32 private constant ORDER_TYPEHASH =
        keccak256(
            "TransferOrder(address from,address to,uint256 id,uint64 units,uint32 syncedThrough,uint256 nonce,uint256 deadline)"
        );
    uint8 private constant SHORT = 1;

    address private immutable LEASE_BOOK;
    address private immutable EPOCH_LEDGER;

    /// @inheritdoc ILeaseClaims
    address public feeRecipient;
    /// @inheritdoc ILeaseClaims
    mapping(address token => uint8) public payTokenIndex;

    uint8 private _payTokenCount;
    mapping(uint8 index => IERC20) private _payTokens;
    mapping(uint256 id => Bounds) private _bounds;
    mapping(uint256 id => Paid) private _paid;
    mapping(address account => mapping(uint256 word => uint256)) private _nonces;

    constructor(
        address leaseBook,
        address epochLedger,
        IEligibility eligibility,
        address feeRecipient_,
        string memory baseURI,
        address owner_
    ) ClaimUnits(eligibility) ClaimMetadata(baseURI) EIP712("ComputeRwa LeaseClaims", "1") Ownable(owner_) {
        LEASE_BOOK = leaseBook;
        EPOCH_LEDGER = epochLedger;
        feeRecipient = feeRecipient_;
    }

    modifier onlyLeaseBook() {
        if (msg.sender != LEASE_BOOK) revert OnlyLeaseBook();
        _;
    }

    // From LeaseBook

    /// @inheritdoc ILeaseClaims
    function open(
        uint256 id,
        address provider,
        address lessee,
        address payToken,
        uint96 funding,
        Series calldata s,
        Bounds calldata b
    ) external onlyLeaseBook {
        if (_series[id].units != 0) revert AlreadyOriginated(id);
        Series memory series = s;
        series.token = payTokenIndex[payToken];
        if (series.token == 0) revert PayTokenNotAllowed(payToken);
        if (!ELIGIBILITY.canHold(provider, s.policy)) revert ERC7943CannotReceive(provider);
        Bounds memory bounds = b;
        _series[id] = series;
        _bounds[id] = bounds;
        _accounts[id][provider].balance = s.units;
        emit TransferSingle(msg.sender, address(0), provider, id, s.units);
        emit Funded(id, 0, lessee, funding);
        IERC20(payToken).safeTransferFrom(lessee, address(this), funding);
        ERC1155Utils.checkOnERC1155Received(msg.sender, address(0), provider, id, s.units, "");
    }

    /// @inheritdoc ILeaseClaims
    function addFunds(uint256 id, uint8 kind, address payer, uint96 amount) external onlyLeaseBook {
        IERC20 token = _tokenOf(id);
        uint256 funded = uint256(_bounds[id].funded) + amount;
        if (funded > type(uint96).max) revert FundingTooLarge();
        _bounds[id].funded = uint96(funded);
        emit Funded(id, kind, payer, amount);
        token.safeTransferFrom(payer, address(this), amount);
    }

    /// @inheritdoc ILeaseClaims
    function payProvider(uint256 id, address provider) external onlyLeaseBook returns (uint96 amount) {
        IERC20 token = _tokenOf(id);
        amount = providerDue(id);
        if (amount == 0) return 0;
        _paid[id].provider += amount;
        emit ProviderPaid(id, provider, amount);
        token.safeTransfer(provider, amount);
    }

    /// @inheritdoc ILeaseClaims
    function refund(uint256 id, address lessee) external onlyLeaseBook returns (uint96 amount) {
        IERC20 token = _tokenOf(id);
        Series memory s = _series[id];
        Bounds memory b = _bounds[id];
        if (s.lastEpoch != b.startEpoch + b.epochs - 1 || s.flags & SHORT != 0) revert NotFinal(id);
        amount = b.funded - s.applied;
        if (amount == 0) return 0;
        _bounds[id].funded = s.applied;
        emit Refunded(id, lessee, amount);
        token.safeTransfer(lessee, amount);
    }

    // From EpochLedger

    /// @inheritdoc ILeaseClaims
    function settle(Settlement[] calldata items) external {
        if (msg.sender != EPOCH_LEDGER) revert OnlyEpochLedger();
        for (uint256 i; i < items.length; ++i) _settle(items[i]);
    }

    // From anyone

    /// @inheritdoc ILeaseClaims
    function claim(uint256 id, address holder) external returns (uint96 amount) {
        return _claim(id, holder, holder);
    }

    /// @inheritdoc ILeaseClaims
    function claimMany(uint256[] calldata ids, address holder) external {
        for (uint256 i; i < ids.length; ++i) _claim(ids[i], holder, holder);
    }

    /// @inheritdoc ILeaseClaims
    function claimTo(uint256 id, address to) external returns (uint96 amount) {
        return _claim(id, msg.sender, to);
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

    /// @inheritdoc ILeaseClaims
    function transferWithSignature(TransferOrder calldata order, bytes calldata signature) external {
        if (block.timestamp > order.deadline) revert SignatureExpired(order.deadline);
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(ORDER_TYPEHASH, order)));
        if (!Signature.isFrom(order.from, digest, signature)) {
            revert InvalidHolderSignature();
        }
        if (!_nonces.use(order.from, order.nonce)) revert NonceUsed(order.from, order.nonce);
        uint32 lastEpoch = _series[order.id].lastEpoch;
        if (order.syncedThrough != type(uint32).max && order.syncedThrough != lastEpoch) {
            revert SyncedThrough(order.syncedThrough, lastEpoch);
        }
        _transfer(order.from, order.to, order.id, order.units);
        ERC1155Utils.checkOnERC1155Received(msg.sender, order.from, order.to, order.id, order.units, "");
    }

    /// @inheritdoc ILeaseClaims
    function cancelNonce(uint256 nonce) external {
        if (!_nonces.use(msg.sender, nonce)) revert NonceUsed(msg.sender, nonce);
        emit NonceCancelled(msg.sender, nonce);
    }

    // From the owner

    /// @inheritdoc ILeaseClaims
    function allowPayToken(address token) external onlyOwner returns (uint8 index) {
        index = payTokenIndex[token];
        if (index != 0) return index;
        if (_payTokenCount == type(uint8).max) revert TooManyPayTokens();
        index = ++_payTokenCount;
        _payTokens[index] = IERC20(token);
        payTokenIndex[token] = index;
        emit PayTokenAllowed(token, index);
    }

    /// @inheritdoc ILeaseClaims
    function setFeeRecipient(address recipient) external onlyOwner {
        feeRecipient = recipient;
        emit FeeRecipientSet(recipient);
    }

    // Questions

    /// @inheritdoc ILeaseClaims
    function claimable(uint256 id, address holder) external view returns (uint96) {
        return _credited(_accounts[id][holder], _series[id].perUnit()).accrued;
    }

    /// @inheritdoc ILeaseClaims
    function seriesOf(uint256 id) external view returns (Series memory) {
        return _series[id];
    }

    /// @inheritdoc ILeaseClaims
    function boundsOf(uint256 id) external view returns (Bounds memory) {
        return _bounds[id];
    }

    /// @inheritdoc ILeaseClaims
    function accountOf(uint256 id, address holder) external view returns (Account memory) {
        return _accounts[id][holder];
    }

    /// @inheritdoc ILeaseClaims
    function escrowOf(uint256 id) external view returns (uint96) {
        return _bounds[id].funded - _series[id].applied;
    }

    /// @inheritdoc ILeaseClaims
    function payTokenOf(uint256 id) external view returns (address) {
        return address(_tokenOf(id));
    }

    /// @inheritdoc ILeaseClaims
    function nonceUsed(address account, uint256 nonce) external view returns (bool) {
        return _nonces.used(account, nonce);
    }

    /// @inheritdoc ILeaseClaims
    function providerDue(uint256 id) public view returns (uint96) {
        return uint96(_series[id].provider() - _paid[id].provider);
    }

    /// @inheritdoc ILeaseClaims
    function feeDue(uint256 id) public view returns (uint96) {
        return uint96(_series[id].fee() - _paid[id].fee);
    }

    function _settle(Settlement calldata item) private {
        Series memory s = _series[item.leaseId];
        Bounds memory b = _bounds[item.leaseId];
        if (item.epoch < b.startEpoch || item.epoch < s.lastEpoch || item.epoch - b.startEpoch >= b.epochs) {
            emit SyncSkipped(item.leaseId, item.epoch);
            return;
        }
        uint256 asked = Math.min(item.rent, uint256(b.capPerEpoch) * (item.epoch - b.startEpoch + 1));
        s.applied = uint96(Math.max(s.applied, Math.min(asked, b.funded)));
        s.lastEpoch = item.epoch;
        s.flags = asked > b.funded ? SHORT : 0;
        _series[item.leaseId] = s;
        emit Synced(item.leaseId, item.epoch, item.rent, s.applied);
    }

    function _claim(uint256 id, address holder, address to) private returns (uint96 amount) {
        Account memory a = _credited(_accounts[id][holder], _series[id].perUnit());
        amount = a.accrued;
        if (amount == 0) return 0;
        a.accrued = 0;
        _accounts[id][holder] = a;
        emit Claimed(id, holder, to, amount);
        _tokenOf(id).safeTransfer(to, amount);
    }

    function _tokenOf(uint256 id) private view returns (IERC20) {
        uint8 index = _series[id].token;
        if (index == 0) revert UnknownLease(id);
        return _payTokens[index];
    }
}
