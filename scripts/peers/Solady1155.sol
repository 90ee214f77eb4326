// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {ERC1155} from "solady/src/tokens/ERC1155.sol";

/// @dev solady's ERC-1155 and nothing else; anyone may mint.
contract Solady1155 is ERC1155 {
    function uri(uint256) public pure override returns (string memory) {
        return "https://example.org/";
    }

    function mint(address to, uint256 id, uint256 amount) external {
        _mint(to, id, amount, "");
    }
}
