// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IERC1155Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {ERC1155Utils} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Utils.sol";
import {IEligibility} from "../interfaces/IEligibility.sol";
import {IERC7943MultiToken} from "../interfaces/IERC7943.sol";
import {Account, ILeaseClaims, Series} from "../interfaces/ILeaseClaims.sol";
import {Split} from "../libraries/Split.sol";

/// @title Units of every series: who holds how many, and how much revenue each holder was credited
/// @dev Balance, checkpoint and accrued revenue share a slot; every change of a balance credits it first.
abstract contract ClaimUnits is ILeaseClaims, IERC1155, IERC1155Errors {
    using Split for Series;

    uint8 internal constant HAS_FROZEN = 1;

    IEligibility internal immutable ELIGIBILITY;

    mapping(uint256 id => Series) internal _series;
    mapping(uint256 id => mapping(address account => Account)) internal _accounts;
    /// @dev Read only when the account's flag says so.
    mapping(uint256 id => mapping(address account => uint256)) internal _frozen;
    mapping(address account => mapping(address operator => bool)) private _operators;

    constructor(IEligibility eligibility) {
        ELIGIBILITY = eligibility;
    }

    /// @inheritdoc IERC1155
    function safeTransferFrom(address from, address to, uint256 id, uint256 value, bytes calldata data) external {
        _checkOperator(from);
        _transfer(from, to, id, value);
        ERC1155Utils.checkOnERC1155Received(msg.sender, from, to, id, value, data);
    }

    /// @inheritdoc IERC1155
    function safeBatchTransferFrom(
        address from,
        address to,
        uint256[] calldata ids,
        uint256[] calldata values,
        bytes calldata data
    ) external {
        _checkOperator(from);
        if (ids.length != values.length) revert ERC1155InvalidArrayLength(ids.length, values.length);
        for (uint256 i; i < ids.length; ++i) {
            _moveByRules(from, to, ids[i], values[i]);
        }
        emit TransferBatch(msg.sender, from, to, ids, values);
        ERC1155Utils.checkOnERC1155BatchReceived(msg.sender, from, to, ids, values, data);
    }

    /// @inheritdoc IERC1155
    function setApprovalForAll(address operator, bool approved) external {
        if (operator == address(0)) revert ERC1155InvalidOperator(operator);
        _operators[msg.sender][operator] = approved;
        emit ApprovalForAll(msg.sender, operator, approved);
    }

    /// @inheritdoc IERC1155
    function balanceOfBatch(
        address[] calldata accounts,
        uint256[] calldata ids
    ) external view returns (uint256[] memory balances) {
        if (accounts.length != ids.length) revert ERC1155InvalidArrayLength(ids.length, accounts.length);
        balances = new uint256[](ids.length);
        for (uint256 i; i < ids.length; ++i) balances[i] = balanceOf(accounts[i], ids[i]);
    }

    /// @inheritdoc IERC1155
    function isApprovedForAll(address account, address operator) external view returns (bool) {
        return _operators[account][operator];
    }

    /// @inheritdoc ILeaseClaims
    function totalSupply(uint256 id) external view returns (uint256) {
        return _series[id].units;
    }

    /// @inheritdoc IERC1155
    function balanceOf(address account, uint256 id) public view returns (uint256) {
        return _accounts[id][account].balance;
    }

    /// @dev A holder's transfer under the rules; the caller has checked the authority and calls the receiver after.
    function _transfer(address from, address to, uint256 id, uint256 value) internal {
        _moveByRules(from, to, id, value);
        emit TransferSingle(msg.sender, from, to, id, value);
    }

    /// @dev Moves units with both sides credited up to now. `to` is read after `from` is written: they may be one.
    function _move(uint256 perUnit, address from, address to, uint256 id, uint256 value) internal {
        Account memory a = _credited(_accounts[id][from], perUnit);
        if (value > a.balance) revert ERC1155InsufficientBalance(from, a.balance, value, id);
        if (a.flags & HAS_FROZEN != 0) _checkUnfrozen(a, from, id, value);
        unchecked {
            a.balance -= uint64(value);
            _accounts[id][from] = a;
            Account memory b = _credited(_accounts[id][to], perUnit);
            b.balance += uint64(value); // at most the series' units
            _accounts[id][to] = b;
        }
    }

    function _checkOperator(address from) private view {
        if (from != msg.sender && !_operators[from][msg.sender]) revert ERC1155MissingApprovalForAll(msg.sender, from);
    }

    function _moveByRules(address from, address to, uint256 id, uint256 value) private {
        if (to == address(0)) revert ERC1155InvalidReceiver(to);
        Series memory s = _series[id];
        (bool fromOk, bool toOk) = ELIGIBILITY.check(s.policy, from, to);
        if (!fromOk) revert IERC7943MultiToken.ERC7943CannotSend(from);
        if (!toOk) revert IERC7943MultiToken.ERC7943CannotReceive(to);
        _move(s.perUnit(), from, to, id, value);
    }

    function _checkUnfrozen(Account memory a, address from, uint256 id, uint256 value) private view {
        uint256 unfrozen = _unfrozen(a, _frozen[id][from]);
        if (value > unfrozen) revert IERC7943MultiToken.ERC7943InsufficientUnfrozenBalance(from, id, value, unfrozen);
    }

    function _unfrozen(Account memory a, uint256 frozen) internal pure returns (uint256) {
        return frozen > a.balance ? 0 : a.balance - frozen;
    }

    /// @dev Neither sum can overflow: all that holders of a lease are ever credited is at most its pool, below 2^88.
    function _credited(Account memory a, uint256 perUnit) internal pure returns (Account memory) {
        unchecked {
            a.accrued += uint96(a.balance * (perUnit - a.checkpoint));
            a.checkpoint = uint88(perUnit);
        }
        return a;
    }
}
