// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC1155Utils} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Utils.sol";
import {IERC7943MultiToken} from "../interfaces/IERC7943.sol";
import {Account, Series} from "../interfaces/ILeaseClaims.sol";
import {Split} from "../libraries/Split.sol";
import {ClaimUnits} from "./ClaimUnits.sol";

/// @title The controller's powers over units, and what the rules answer (ERC-7943)
/// @dev They reach units only: accrued cash stays with whoever it was credited to, and claiming asks no rule.
abstract contract ClaimControls is ClaimUnits, IERC7943MultiToken, AccessManaged {
    using Split for Series;

    /// @dev A lease that attestors leave out cannot be synced: after so many epochs a forced transfer waits no longer.
    uint32 private constant LONGEST_LAG = 7;

    /// @inheritdoc IERC7943MultiToken
    function forcedTransfer(
        address from,
        address to,
        uint256 tokenId,
        uint256 amount
    ) external restricted returns (bool) {
        if (!ELIGIBILITY.canHold(to, _series[tokenId].policy)) revert ERC7943CannotReceive(to);
        _checkSynced(tokenId);
        _unfreeze(from, tokenId, amount);
        _move(_series[tokenId].perUnit(), from, to, tokenId, amount);
        emit TransferSingle(msg.sender, from, to, tokenId, amount);
        emit ForcedTransfer(from, to, tokenId, amount);
        ERC1155Utils.checkOnERC1155Received(msg.sender, from, to, tokenId, amount, "");
        return true;
    }

    /// @inheritdoc IERC7943MultiToken
    function setFrozenTokens(address account, uint256 tokenId, uint256 amount) external restricted returns (bool) {
        _setFrozen(account, tokenId, amount);
        return true;
    }

    /// @inheritdoc IERC7943MultiToken
    function canSend(address account) external view returns (bool) {
        return ELIGIBILITY.canSend(account);
    }

    /// @inheritdoc IERC7943MultiToken
    function canReceive(address account) external view returns (bool) {
        return ELIGIBILITY.canReceive(account);
    }

    /// @inheritdoc IERC7943MultiToken
    function getFrozenTokens(address account, uint256 tokenId) external view returns (uint256) {
        return _frozen[tokenId][account];
    }

    /// @inheritdoc IERC7943MultiToken
    function canTransfer(address from, address to, uint256 tokenId, uint256 amount) external view returns (bool) {
        (bool fromOk, bool toOk) = ELIGIBILITY.check(_series[tokenId].policy, from, to);
        if (!fromOk || !toOk) return false;
        Account memory a = _accounts[tokenId][from];
        return a.flags & HAS_FROZEN == 0 || amount <= _unfrozen(a, _frozen[tokenId][from]);
    }

    function _dueEpoch(uint256 tokenId, uint32 activeEpoch) internal view virtual returns (uint32);

    function _activeEpoch() internal view virtual returns (uint32);

    /// @dev Revenue goes to whoever holds at the sync's block, so force waits for what is due.
    function _checkSynced(uint256 tokenId) private view {
        uint32 due = _dueEpoch(tokenId, _activeEpoch());
        uint32 last = _series[tokenId].lastEpoch;
        if (last < due && due - last <= LONGEST_LAG) revert NotSynced(tokenId, due);
    }

    /// @dev Leaves frozen what remains; a balance that does not suffice is left for the move to refuse.
    function _unfreeze(address from, uint256 tokenId, uint256 amount) private {
        Account memory a = _accounts[tokenId][from];
        if (a.flags & HAS_FROZEN == 0 || amount > a.balance) return;
        if (amount > _unfrozen(a, _frozen[tokenId][from])) _setFrozen(from, tokenId, a.balance - amount);
    }

    function _setFrozen(address account, uint256 tokenId, uint256 amount) private {
        _frozen[tokenId][account] = amount;
        uint8 flags = _accounts[tokenId][account].flags;
        _accounts[tokenId][account].flags = amount == 0 ? flags & ~HAS_FROZEN : flags | HAS_FROZEN;
        emit Frozen(account, tokenId, amount);
    }
}
