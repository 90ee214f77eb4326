// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {LeaseEnding} from "./base/LeaseEnding.sol";
import {Funding, ILeaseBook, Origination, Permit} from "./interfaces/ILeaseBook.sol";
import {Bounds, ILeaseClaims, Series} from "./interfaces/ILeaseClaims.sol";
import {BoundedCall} from "./libraries/BoundedCall.sol";
import {NonceMap} from "./libraries/NonceMap.sol";
import {RentMath} from "./libraries/RentMath.sol";
import {Signature} from "./libraries/Signature.sol";
import {StructHash} from "./libraries/StructHash.sol";
import {LeaseTerms, PricingMethod} from "./types/Lease.sol";

/// @title LeaseBook
/// @notice Documented in ILeaseBook.
contract LeaseBook is LeaseEnding {
    using NonceMap for mapping(address => mapping(uint256 => uint256));

    bytes32 private constant FUNDING_TYPEHASH =
        keccak256("Funding(uint256 leaseId,uint8 kind,uint96 amount,address payer,uint256 nonce,uint256 deadline)");
    /// @dev What one item of a batch may burn: two contract wallets and a receiver fit with room to spare.
    uint256 private constant ITEM_GAS = 800_000;

    /// @inheritdoc ILeaseBook
    bool public newLeasesPaused;

    mapping(address account => mapping(uint256 word => uint256)) private _nonces;

    constructor(
        ILeaseClaims claims,
        uint32 epochLength_,
        uint32 livenessEpochs_,
        address authority
    ) LeaseEnding(claims, epochLength_, livenessEpochs_) EIP712("ComputeRwa LeaseBook", "1") AccessManaged(authority) {}

    // Origination

    /// @inheritdoc ILeaseBook
    function originate(Origination calldata o) external returns (uint256 id) {
        if (newLeasesPaused) revert NewLeasesArePaused();
        LeaseTerms calldata t = o.terms;
        uint96 cap = _checkTerms(t);
        id = leaseId(t);
        if (!Signature.isFrom(t.provider, bytes32(id), o.providerSignature)) {
            revert InvalidProviderSignature();
        }
        if (!Signature.isFrom(t.lessee, bytes32(id), o.lesseeSignature)) {
            revert InvalidLesseeSignature();
        }
        _permit(t.payToken, t.lessee, o.permit);
        uint88 funding = uint88(cap * t.noticeEpochs); // noticeEpochs ≤ epochs, and cap × epochs fits 88 bits
        emit LeaseOriginated(id, t.provider, t.lessee, funding, cap);
        CLAIMS.open(
            id,
            t.provider,
            t.lessee,
            t.payToken,
            t.deposit,
            Series(0, t.units, t.startEpoch - 1, t.poolBps, t.feeBps, t.policy, 0, 0),
            Bounds(funding, uint88(cap), t.startEpoch, uint24(t.epochs), uint24(t.noticeEpochs))
        );
    }

    /// @inheritdoc ILeaseBook
    function originateBatch(Origination[] calldata items) external returns (uint256 originated) {
        for (uint256 i; i < items.length; ++i) {
            if (gasleft() < ITEM_GAS + ITEM_GAS / 32) revert BatchOutOfGas(i);
            (bool ok, bytes memory reason) = BoundedCall.tryCall(
                address(this),
                ITEM_GAS,
                abi.encodeCall(this.originate, (items[i]))
            );
            if (ok) ++originated;
            else emit OriginationSkipped(i, leaseId(items[i].terms), reason);
        }
    }

    // Funding and leaving

    /// @inheritdoc ILeaseBook
    function fund(uint256 id, uint8 kind, uint96 amount) external {
        CLAIMS.addFunds(id, kind, msg.sender, amount);
    }

    /// @inheritdoc ILeaseBook
    function fundWithSignature(Funding calldata f, bytes calldata signature, Permit calldata permit) external {
        if (block.timestamp > f.deadline) revert SignatureExpired(f.deadline);
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(FUNDING_TYPEHASH, f)));
        if (!Signature.isFrom(f.payer, digest, signature)) revert InvalidPayerSignature();
        if (!_nonces.use(f.payer, f.nonce)) revert NonceUsed(f.payer, f.nonce);
        if (permit.deadline != 0) _permit(CLAIMS.payTokenOf(f.leaseId), f.payer, permit);
        CLAIMS.addFunds(f.leaseId, f.kind, f.payer, f.amount);
    }

    /// @inheritdoc ILeaseBook
    function cancelNonce(uint256 nonce) external {
        if (!_nonces.use(msg.sender, nonce)) revert NonceUsed(msg.sender, nonce);
        emit NonceCancelled(msg.sender, nonce);
    }

    /// @inheritdoc ILeaseBook
    function payProvider(LeaseTerms calldata terms) external returns (uint96 amount) {
        return CLAIMS.payProvider(leaseId(terms), terms.provider);
    }

    /// @inheritdoc ILeaseBook
    function refund(LeaseTerms calldata terms) external returns (uint96 amount) {
        return CLAIMS.refund(leaseId(terms), terms.lessee);
    }

    /// @inheritdoc ILeaseBook
    function payProviderTo(LeaseTerms calldata terms, address to) external returns (uint96 amount) {
        if (msg.sender != terms.provider) revert NotAParty();
        return CLAIMS.payProvider(leaseId(terms), to);
    }

    /// @inheritdoc ILeaseBook
    function refundTo(LeaseTerms calldata terms, address to) external returns (uint96 amount) {
        if (msg.sender != terms.lessee) revert NotAParty();
        return CLAIMS.refund(leaseId(terms), to);
    }

    /// @inheritdoc ILeaseBook
    function pauseNewLeases() external restricted {
        newLeasesPaused = true;
        emit NewLeasesPaused(true);
    }

    /// @inheritdoc ILeaseBook
    function resumeNewLeases() external restricted {
        newLeasesPaused = false;
        emit NewLeasesPaused(false);
    }

    // Questions

    /// @inheritdoc ILeaseBook
    function capPerEpoch(LeaseTerms calldata terms) external view returns (uint96) {
        return SafeCast.toUint96(RentMath.capPerEpoch(terms, epochLength));
    }

    /// @inheritdoc ILeaseBook
    function nonceUsed(address account, uint256 nonce) external view returns (bool) {
        return _nonces.used(account, nonce);
    }

    /// @dev A permit somebody has sent before us fails and does not matter: the transfer decides.
    function _permit(address token, address account, Permit calldata p) private {
        if (p.deadline == 0) return;
        bytes memory data = abi.encodeCall(
            IERC20Permit.permit,
            (account, address(CLAIMS), p.value, p.deadline, p.v, p.r, p.s)
        );
        LowLevelCall.callNoReturn(token, data);
    }

    /// @dev The first member that is not acceptable, in the order of the struct, names the error.
    function _checkTerms(LeaseTerms calldata t) private view returns (uint96 cap) {
        if (t.provider == address(0)) revert InvalidTerms("provider");
        if (t.lessee == address(0)) revert InvalidTerms("lessee");
        if (t.gpuCount == 0) revert InvalidTerms("gpuCount");
        if (t.capacityRoot == 0) revert InvalidTerms("capacityRoot");
        if (t.startEpoch <= currentEpoch()) revert InvalidTerms("startEpoch");
        uint256 epochs = t.epochs;
        if (epochs == 0 || epochs > type(uint24).max) revert InvalidTerms("epochs");
        if (t.startEpoch > type(uint32).max - epochs) revert InvalidTerms("epochs");
        if (t.method > uint8(PricingMethod.RevenueShare)) revert InvalidTerms("method");
        if (t.method > uint8(PricingMethod.Metered)) {
            if (t.floorPrice > t.ceilingPrice) revert InvalidTerms("floorPrice");
            if (t.rateBps == 0) revert InvalidTerms("rateBps");
        }
        uint256 most = RentMath.capPerEpoch(t, epochLength);
        if (most == 0 || most * epochs > type(uint88).max) revert InvalidTerms("price");
        if (t.takeOrPayBps > BPS) revert InvalidTerms("takeOrPayBps");
        if (t.slaBps > BPS) revert InvalidTerms("slaBps");
        if (t.slaCreditCapBps > BPS) revert InvalidTerms("slaCreditCapBps");
        if (t.efficiencyCapBps > BPS) revert InvalidTerms("efficiencyCapBps");
        if (t.curtailLimitBps > BPS) revert InvalidTerms("curtailLimitBps");
        if (t.curtailCreditBps > BPS) revert InvalidTerms("curtailCreditBps");
        if (t.poolBps > BPS) revert InvalidTerms("poolBps");
        if (t.feeBps > BPS - t.poolBps) revert InvalidTerms("feeBps");
        if (t.noticeEpochs == 0 || t.noticeEpochs > epochs) revert InvalidTerms("noticeEpochs");
        if (t.graceEpochs >= t.noticeEpochs) revert InvalidTerms("graceEpochs");
        if (t.deposit > type(uint88).max - most * t.noticeEpochs) revert InvalidTerms("deposit");
        if (t.units == 0) revert InvalidTerms("units");
        if (!StructHash.isClean(t)) revert InvalidTerms("encoding");
        return uint96(most);
    }
}
