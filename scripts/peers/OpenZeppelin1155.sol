// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";

/// @dev OpenZeppelin's ERC-1155 and nothing else; anyone may mint.
contract OpenZeppelin1155 is ERC1155("https://example.org/") {
    function mint(address to, uint256 id, uint256 amount) external {
        _mint(to, id, amount, "");
    }
}
