// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC7943MultiToken} from "../../contracts/interfaces/IERC7943.sol";
import {ILeaseClaims} from "../../contracts/interfaces/ILeaseClaims.sol";
import {Fixture} from "./helpers/Fixture.sol";
import {vm} from "./helpers/Vm.sol";

contract MetadataTest is Fixture {
    function test_SupportsTheStandardsItMeets() public view {
        _true(claims.supportsInterface(0x01ffc9a7), "ERC-165");
        _true(claims.supportsInterface(0xd9b67a26), "ERC-1155");
        _true(claims.supportsInterface(0x0e89341c), "ERC-1155 metadata");
        _true(claims.supportsInterface(0x41c4fbad), "ERC-7943 MultiToken");
        _true(!claims.supportsInterface(0xffffffff), "the id that no contract supports");
        _true(!claims.supportsInterface(0x80ac58cd), "ERC-721");
    }

    function test_TheInterfaceIdIsTheStandards() public pure {
        _true(type(IERC7943MultiToken).interfaceId == 0x41c4fbad, "ERC-7943 MultiToken");
    }

    function test_UriIsTheIdIn64HexDigits() public view {
        _eq(
            claims.uri(0xABCDEF),
            "https://example.org/token/0000000000000000000000000000000000000000000000000000000000abcdef.json",
            "small"
        );
        _eq(
            claims.uri(type(uint256).max),
            "https://example.org/token/ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff.json",
            "large"
        );
        _eq(claims.contractURI(), "https://example.org/token/contract.json", "contract");
        _eq(claims.name(), "ComputeRwa Lease Claims", "name");
        _eq(claims.symbol(), "CRWA", "symbol");
    }

    function test_TheOwnerMovesTheMetadata() public {
        vm.expectEmit(address(claims));
        emit ILeaseClaims.ContractURIUpdated();
        claims.setBaseURI("ipfs://x/");
        _eq(claims.contractURI(), "ipfs://x/contract.json", "contract");
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger));
        claims.setBaseURI("");
    }

    function test_TestDollarMintsOnDevelopmentChainsOnly() public {
        _eq(dollar.decimals(), 6, "decimals");
        vm.chainId(1337);
        dollar.mint(bob, 1);
        vm.chainId(1);
        vm.expectRevert(abi.encodeWithSignature("DevelopmentChainsOnly()"));
        dollar.mint(bob, 1);
        vm.chainId(31337);
    }
}
