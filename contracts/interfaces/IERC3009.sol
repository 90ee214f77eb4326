// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

/// @title Transfers by authorization, as the large stablecoins have them (ERC-3009)
/// @dev The part in use: the payee itself must call, so nobody can front-run it.
interface IERC3009 {
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;
}
