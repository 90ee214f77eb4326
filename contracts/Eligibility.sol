// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Admission, IEligibility, Member, Policy} from "./interfaces/IEligibility.sol";
import {NonceMap} from "./libraries/NonceMap.sol";
import {Signature} from "./libraries/Signature.sol";

/// @title Eligibility
/// @notice Documented in IEligibility.
contract Eligibility is IEligibility, EIP712, AccessManaged {
    using NonceMap for mapping(address => mapping(uint256 => uint256));

    /// @dev A policy nobody has set admits nobody.
    struct Rule {
        bool exists;
        bool membersOnly;
        uint8 minClass;
        bool bars; // some jurisdictions
    }

    bytes32 private constant ADMISSION_TYPEHASH =
        keccak256(
            "Admission(address account,uint64 validUntil,uint16 jurisdiction,uint8 investorClass,uint256 nonce,uint256 deadline)"
        );

    /// @inheritdoc IEligibility
    address public registrar;

    mapping(address account => Member) private _members;
    mapping(uint16 policy => Rule) private _rules;
    /// @inheritdoc IEligibility
    mapping(uint16 policy => mapping(uint16 jurisdiction => bool)) public isBarred;
    mapping(address account => mapping(uint256 word => uint256)) private _nonces;

    constructor(address registrar_, address authority) EIP712("ComputeRwa Eligibility", "1") AccessManaged(authority) {
        _setRegistrar(registrar_);
    }

    modifier registrarOrRestricted() {
        if (msg.sender != registrar) _checkCanCall(msg.sender, msg.data);
        _;
    }

    // Admission

    /// @inheritdoc IEligibility
    function admit(Admission calldata a, bytes calldata signature) external {
        if (block.timestamp > a.deadline) revert SignatureExpired(a.deadline);
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(ADMISSION_TYPEHASH, a)));
        if (!Signature.isFrom(registrar, digest, signature)) {
            revert InvalidRegistrarSignature();
        }
        if (!_nonces.use(a.account, a.nonce)) revert NonceUsed(a.nonce);
        _setMember(a.account, Member(a.validUntil, a.jurisdiction, a.investorClass, _members[a.account].blocked));
    }

    /// @inheritdoc IEligibility
    function setMember(address account, Member calldata m) external registrarOrRestricted {
        _setMember(account, m);
    }

    /// @inheritdoc IEligibility
    function setPolicy(uint16 policy, Policy calldata p) external restricted {
        if (policy == 0) revert PolicyZeroIsOpen();
        _rules[policy] = Rule(true, p.membersOnly, p.minClass, _rules[policy].bars);
        emit PolicySet(policy, p.membersOnly, p.minClass);
    }

    /// @inheritdoc IEligibility
    function setJurisdiction(uint16 policy, uint16 jurisdiction, bool barred) external restricted {
        if (policy == 0) revert PolicyZeroIsOpen();
        if (barred) _rules[policy].bars = true;
        isBarred[policy][jurisdiction] = barred;
        emit JurisdictionSet(policy, jurisdiction, barred);
    }

    /// @inheritdoc IEligibility
    function setRegistrar(address registrar_) external restricted {
        _setRegistrar(registrar_);
    }

    // Questions

    /// @inheritdoc IEligibility
    function canSend(address account) public view returns (bool) {
        return !_members[account].blocked;
    }

    /// @inheritdoc IEligibility
    function canReceive(address account) external view returns (bool) {
        return account != address(0) && !_members[account].blocked;
    }

    /// @inheritdoc IEligibility
    function canHold(address account, uint16 policy) public view returns (bool) {
        Member memory m = _members[account];
        if (account == address(0) || m.blocked) return false;
        if (policy == 0) return true;
        Rule memory r = _rules[policy];
        if (!r.exists) return false;
        if (r.bars && isBarred[policy][m.jurisdiction]) return false;
        if (!r.membersOnly && r.minClass == 0) return true;
        return block.timestamp <= m.validUntil && m.investorClass >= r.minClass;
    }

    /// @inheritdoc IEligibility
    function check(uint16 policy, address from, address to) external view returns (bool fromOk, bool toOk) {
        return (canSend(from), canHold(to, policy));
    }

    /// @inheritdoc IEligibility
    function memberOf(address account) external view returns (Member memory) {
        return _members[account];
    }

    /// @inheritdoc IEligibility
    function policyOf(uint16 policy) external view returns (Policy memory) {
        return Policy(_rules[policy].membersOnly, _rules[policy].minClass);
    }

    function _setMember(address account, Member memory m) private {
        _members[account] = m;
        emit MemberSet(account, m.validUntil, m.jurisdiction, m.investorClass, m.blocked);
    }

    function _setRegistrar(address registrar_) private {
        registrar = registrar_;
        emit RegistrarSet(registrar_);
    }
}
