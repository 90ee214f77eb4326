// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

/// @title What a large stablecoin's token logic costs, and what it may refuse
/// @notice For tests and gas measurements: a pause, and a blacklist kept in the top bit of the balance.
contract UsdcLike {
    uint256 private constant BLACKLISTED = 1 << 255;

    address public pauser;
    bool public paused;
    mapping(address account => uint256) private _balances;
    mapping(address account => mapping(address spender => uint256)) public allowance;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    error Paused();
    error Blacklisted(address account);

    function mint(address to, uint256 value) external {
        _balances[to] += value;
        emit Transfer(address(0), to, value);
    }

    function setPaused(bool on) external {
        paused = on;
    }

    function blacklist(address account, bool on) external {
        _balances[account] = on ? _balances[account] | BLACKLISTED : _balances[account] & ~BLACKLISTED;
    }

    function approve(address spender, uint256 value) external returns (bool) {
        _check(msg.sender);
        allowance[msg.sender][spender] = value;
        emit Approval(msg.sender, spender, value);
        return true;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        _move(msg.sender, to, value);
        return true;
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        _check(msg.sender);
        if (allowance[from][msg.sender] != type(uint256).max) allowance[from][msg.sender] -= value;
        _move(from, to, value);
        return true;
    }

    function balanceOf(address account) external view returns (uint256) {
        return _balances[account] & ~BLACKLISTED;
    }

    function decimals() external pure returns (uint8) {
        return 6;
    }

    function _move(address from, address to, uint256 value) private {
        _check(from);
        _check(to);
        _balances[from] -= value;
        _balances[to] += value;
        emit Transfer(from, to, value);
    }

    function _check(address account) private view {
        if (paused) revert Paused();
        if (_balances[account] & BLACKLISTED != 0) revert Blacklisted(account);
    }
}
