// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IEpochLedger, LedgerSettings} from "../interfaces/IEpochLedger.sol";
import {LedgerRoots} from "./LedgerRoots.sol";

/// @title The bond that stands for pending roots, and what a lost root costs
/// @dev Half of the bond burns, so that a poster who challenges itself loses. What burns stays in this contract for good: a
/// transfer could fail. Rewards are credited and collected, for the same reason.
abstract contract LedgerBond is LedgerRoots {
    using SafeERC20 for IERC20;

    /// @inheritdoc IEpochLedger
    IERC20 public immutable bondToken;
    /// @inheritdoc IEpochLedger
    uint96 public immutable rootBond;
    /// @inheritdoc IEpochLedger
    uint96 public immutable disputeBond;

    /// @inheritdoc IEpochLedger
    mapping(address account => uint256) public creditOf;

    constructor(LedgerSettings memory s) {
        bondToken = s.bondToken;
        rootBond = s.rootBond;
        disputeBond = s.disputeBond;
    }

    /// @inheritdoc IEpochLedger
    function depositBond(uint96 amount) external {
        _head.bond += amount;
        emit BondDeposited(msg.sender, amount);
        bondToken.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IEpochLedger
    function withdrawBond(uint96 amount, address to) external restricted {
        Head memory h = _head;
        if (amount > h.bond) revert BondTooSmall(h.bond, amount);
        h.bond -= amount;
        // Roots are posted in order: when the latest is active, all are.
        if (h.bond < rootBond && h.first != 0 && block.timestamp < _activeAt(_slotOf(h.epoch, h.epoch)))
            revert BondLocked();
        _head.bond = h.bond;
        emit BondWithdrawn(to, amount);
        bondToken.safeTransfer(to, amount);
    }

    /// @inheritdoc IEpochLedger
    function collect(address account) external returns (uint256 amount) {
        return _collect(account, account);
    }

    /// @inheritdoc IEpochLedger
    function collectTo(address to) external returns (uint256 amount) {
        return _collect(msg.sender, to);
    }

    /// @inheritdoc IEpochLedger
    function bond() external view returns (uint96) {
        return _head.bond;
    }

    function _takeDisputeBond(address from) internal {
        if (disputeBond != 0) bondToken.safeTransferFrom(from, address(this), disputeBond);
    }

    function _credit(address account, uint256 amount) internal {
        creditOf[account] += amount;
    }

    /// @dev Takes away the roots of `epoch` and later, at most a ring of them.
    function _cancel(Head memory h, uint32 epoch, address challenger) internal {
        uint96 taken = h.bond < rootBond ? h.bond : rootBond;
        uint96 reward = taken / 2;
        emit RootsCancelled(epoch, h.epoch, h.attempt, challenger, reward, taken - reward);
        // No epoch is 0, and the bond is no less than what is taken of it.
        unchecked {
            for (uint256 e = epoch; e <= h.epoch; ++e) delete _ring[e % RING];
            ++h.attempt;
            h.calm = 0;
            h.bond -= taken;
            h.epoch = epoch - 1;
        }
        if (epoch == h.first) (h.first, h.epoch) = (0, 0);
        _head = h;
        _credit(challenger, reward);
    }

    function _collect(address account, address to) private returns (uint256 amount) {
        amount = creditOf[account];
        if (amount == 0) revert NothingOwed(account);
        creditOf[account] = 0;
        emit Collected(account, to, amount);
        bondToken.safeTransfer(to, amount);
    }
}
