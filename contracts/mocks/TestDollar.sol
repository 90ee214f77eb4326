// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC3009} from "./ERC3009.sol";

/// @title A stablecoin for development chains
/// @notice 6 decimals, ERC-2612, ERC-3009, and anyone may mint; on any other chain nobody can.
contract TestDollar is ERC3009 {
    error DevelopmentChainsOnly();

    constructor() ERC20("Test Dollar", "tUSD") ERC20Permit("Test Dollar") {}

    function mint(address to, uint256 amount) external {
        if (block.chainid != 31337 && block.chainid != 1337) revert DevelopmentChainsOnly();
        _mint(to, amount);
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
