// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC4907, IUseRights} from "../../contracts/interfaces/IUseRights.sol";
import {LeaseTerms} from "../../contracts/types/Lease.sol";
import {Fixture} from "./helpers/Fixture.sol";
import {vm} from "./helpers/Vm.sol";

/// @dev take, sublet and setUser.
contract UseRightsTest is Fixture {
    LeaseTerms private t;
    uint256 private id;
    uint64 private until;

    function setUp() public override {
        super.setUp();
        t = _terms();
        id = book.originate(_signed(t));
        until = uint64(_endOf(start + 3));
    }

    function _subletSignature(
        uint256 key,
        address user,
        uint64 expires,
        uint256 deadline
    ) private view returns (bytes memory) {
        bytes32 typehash = keccak256("Sublet(uint256 leaseId,address user,uint64 expires,uint256 deadline)");
        bytes32 structHash = keccak256(abi.encode(typehash, id, user, expires, deadline));
        return _sign(key, _digest("ComputeRwa UseRights", address(rights), structHash));
    }

    function _sublet(address user, uint64 expires) private {
        bytes memory consent = _subletSignature(PROVIDER_KEY, user, expires, block.timestamp);
        vm.prank(lessee);
        rights.sublet(t, user, expires, block.timestamp, consent, "");
    }

    // take

    function test_TheRightIsMintedToTheLessee() public {
        vm.prank(stranger);
        _eq(rights.take(t), id, "id");
        _eq(rights.ownerOf(id), lessee, "owner");
        _eq(rights.balanceOf(lessee), 1, "balance");
        _eq(rights.userOf(id), address(0), "user");
        _eq(rights.userExpires(id), 0, "expires");
    }

    function test_RevertWhen_TheLeaseIsUnknownOrItsRightTaken() public {
        LeaseTerms memory unknown = _terms();
        vm.expectRevert(abi.encodeWithSelector(IUseRights.UnknownLease.selector, book.leaseId(unknown)));
        rights.take(unknown);
        rights.take(t);
        vm.expectRevert(abi.encodeWithSelector(IUseRights.NotTransferable.selector));
        rights.take(t);
    }

    function test_RevertWhen_TheRightIsTransferred() public {
        rights.take(t);
        vm.startPrank(lessee);
        vm.expectRevert(abi.encodeWithSelector(IUseRights.NotTransferable.selector));
        rights.transferFrom(lessee, alice, id);
        vm.expectRevert(abi.encodeWithSelector(IUseRights.NotTransferable.selector));
        rights.safeTransferFrom(lessee, alice, id);
        rights.approve(bob, id);
        vm.stopPrank();
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IUseRights.NotTransferable.selector));
        rights.transferFrom(lessee, bob, id);
    }

    // sublet

    function test_TheLesseeSubletsWithTheProvidersConsent() public {
        rights.take(t);
        bytes memory consent = _subletSignature(PROVIDER_KEY, alice, until, block.timestamp);
        vm.expectEmit(address(rights));
        emit IERC4907.UpdateUser(id, alice, until);
        vm.prank(lessee);
        rights.sublet(t, alice, until, block.timestamp, consent, "");
        _eq(rights.userOf(id), alice, "user");
        _eq(rights.userExpires(id), until, "expires");
        vm.warp(until);
        _eq(rights.userOf(id), address(0), "expired");
    }

    function test_AnybodySendsBothSignatures() public {
        rights.take(t);
        uint256 deadline = block.timestamp;
        bytes memory consent = _subletSignature(PROVIDER_KEY, alice, until, deadline);
        bytes memory signature = _subletSignature(LESSEE_KEY, alice, until, deadline);
        vm.prank(stranger);
        rights.sublet(t, alice, until, deadline, consent, signature);
        _eq(rights.userOf(id), alice, "user");
    }

    function test_ASubleaseNeverOutlastsTheLease() public {
        rights.take(t);
        _sublet(alice, type(uint64).max);
        _eq(rights.userExpires(id), _endOf(start + 29), "the lease's end");
        vm.prank(provider);
        book.exit(t, start + 9, 0, "");
        _eq(rights.userExpires(id), _endOf(start + 9), "the nearer end");
        vm.warp(_endOf(start + 9));
        _eq(rights.userOf(id), address(0), "over");
    }

    function test_RevertWhen_AConsentIsUsedAgain() public {
        rights.take(t);
        uint256 deadline = type(uint256).max;
        bytes memory consent = _subletSignature(PROVIDER_KEY, alice, until, deadline);
        bytes memory signature = _subletSignature(LESSEE_KEY, alice, until, deadline);
        rights.sublet(t, alice, until, deadline, consent, signature);
        vm.prank(lessee);
        rights.setUser(id, address(0), 0);
        vm.expectRevert(abi.encodeWithSelector(IUseRights.NeedsConsent.selector));
        vm.prank(alice);
        rights.sublet(t, alice, until, deadline, consent, signature);
        _eq(rights.userOf(id), address(0), "ended is ended");
    }

    function test_RevertWhen_APartyHasNotSigned() public {
        rights.take(t);
        uint256 deadline = block.timestamp;
        bytes memory consent = _subletSignature(PROVIDER_KEY, alice, until, deadline);
        bytes memory signature = _subletSignature(LESSEE_KEY, alice, until, deadline);
        vm.expectRevert(abi.encodeWithSelector(IUseRights.InvalidProviderSignature.selector));
        rights.sublet(t, alice, until, deadline, signature, signature);
        vm.expectRevert(abi.encodeWithSelector(IUseRights.InvalidLesseeSignature.selector));
        rights.sublet(t, alice, until, deadline, consent, consent);
        vm.expectRevert(abi.encodeWithSelector(IUseRights.InvalidProviderSignature.selector));
        rights.sublet(t, bob, until, deadline, consent, signature);
        vm.expectRevert(abi.encodeWithSelector(IUseRights.SignatureExpired.selector, deadline - 1));
        rights.sublet(t, alice, until, deadline - 1, consent, signature);
    }

    function test_RevertWhen_TheRightWasNotTaken() public {
        bytes memory reason = abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, id);
        vm.expectRevert(reason);
        rights.sublet(t, alice, until, block.timestamp, "", "");
        vm.expectRevert(reason);
        rights.setUser(id, address(0), 0);
        vm.expectRevert(reason);
        rights.tokenURI(id);
    }

    // setUser

    function test_TheLesseeEndsASublease() public {
        rights.take(t);
        _sublet(alice, until);
        vm.expectEmit(address(rights));
        emit IERC4907.UpdateUser(id, address(0), 0);
        vm.prank(lessee);
        rights.setUser(id, address(0), 0);
        _eq(rights.userOf(id), address(0), "nobody");
    }

    function test_RevertWhen_AUserIsSetWithoutConsentOrByAnother() public {
        rights.take(t);
        vm.expectRevert(abi.encodeWithSelector(IUseRights.NotTheLessee.selector, provider));
        vm.prank(provider);
        rights.setUser(id, address(0), 0);
        vm.expectRevert(abi.encodeWithSelector(IUseRights.NeedsConsent.selector));
        vm.prank(lessee);
        rights.setUser(id, alice, until);
    }

    // What it is

    function test_SaysWhatItIs() public {
        rights.take(t);
        _eq(rights.name(), "ComputeRwa Use Rights", "name");
        _eq(rights.symbol(), "CRWU", "symbol");
        IERC165 asked = IERC165(address(rights));
        _true(asked.supportsInterface(0xad092b5c), "ERC-4907");
        _true(asked.supportsInterface(type(IERC721).interfaceId), "ERC-721");
        _true(!asked.supportsInterface(0xffffffff), "nothing else");
        bytes memory hex_ = bytes(Strings.toHexString(id, 32));
        bytes memory digits = new bytes(64);
        for (uint256 i; i < 64; ++i) digits[i] = hex_[i + 2];
        _eq(rights.tokenURI(id), string.concat("https://example.org/use/", string(digits), ".json"), "uri");
    }
}
