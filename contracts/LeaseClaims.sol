// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC1155Utils} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Utils.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ClaimMetadata} from "./base/ClaimMetadata.sol";
import {ClaimUnits} from "./base/ClaimUnits.sol";
import {LeaseCash} from "./base/LeaseCash.sol";
import {IEligibility} from "./interfaces/IEligibility.sol";
import {Account, ILeaseClaims, Series, TransferOrder} from "./interfaces/ILeaseClaims.sol";
import {NonceMap} from "./libraries/NonceMap.sol";
import {Signature} from "./libraries/Signature.sol";
import {Split} from "./libraries/Split.sol";

/// @title LeaseClaims
/// @notice Documented in ILeaseClaims.
contract LeaseClaims is LeaseCash, ClaimMetadata, EIP712 {
    using NonceMap for mapping(address => mapping(uint256 => uint256));
    using SafeERC20 for IERC20;
    using Split for Series;

    bytes32 private constant ORDER_TYPEHASH =
        keccak256(
            "TransferOrder(address from,address to,uint256 id,uint64 units,uint32 syncedThrough,uint256 nonce,uint256 deadline)"
        );

    mapping(address account => mapping(uint256 word => uint256)) private _nonces;

    constructor(
        address leaseBook,
        address epochLedger,
        IEligibility eligibility,
        address feeRecipient_,
        string memory baseURI,
        address authority
    )
        ClaimUnits(eligibility)
        LeaseCash(leaseBook, epochLedger, feeRecipient_)
        ClaimMetadata(baseURI)
        EIP712("ComputeRwa LeaseClaims", "1")
        AccessManaged(authority)
    {}

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
    function accountOf(uint256 id, address holder) external view returns (Account memory) {
        return _accounts[id][holder];
    }

    /// @inheritdoc ILeaseClaims
    function nonceUsed(address account, uint256 nonce) external view returns (bool) {
        return _nonces.used(account, nonce);
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
}
