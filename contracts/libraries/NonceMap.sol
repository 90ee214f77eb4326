// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

/// @title Nonces that may be used in any order
/// @dev 256 of them share a slot.
library NonceMap {
    /// @return fresh false when the nonce had been used before
    function use(
        mapping(address => mapping(uint256 => uint256)) storage map,
        address account,
        uint256 nonce
    ) internal returns (bool fresh) {
        uint256 bit = 1 << (nonce & 0xff);
        uint256 word = map[account][nonce >> 8];
        fresh = word & bit == 0;
        if (fresh) map[account][nonce >> 8] = word | bit;
    }

    function used(
        mapping(address => mapping(uint256 => uint256)) storage map,
        address account,
        uint256 nonce
    ) internal view returns (bool) {
        return map[account][nonce >> 8] & (1 << (nonce & 0xff)) != 0;
    }
}
