// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC7943MultiToken} from "../../contracts/interfaces/IERC7943.sol";
import {ILeaseClaims, TransferOrder} from "../../contracts/interfaces/ILeaseClaims.sol";
import {Wallet} from "./helpers/Actors.sol";
import {Fixture} from "./helpers/Fixture.sol";
import {vm} from "./helpers/Vm.sol";

contract TransferWithSignatureTest is Fixture {
    uint256 private id;

    function setUp() public override {
        super.setUp();
        id = _originate();
    }

    function _send(address to, uint256 units) private {
        vm.prank(provider);
        claims.safeTransferFrom(provider, to, id, units, "");
    }

    function _order() private view returns (TransferOrder memory) {
        return TransferOrder(alice, bob, id, 1_000, type(uint32).max, 5, block.timestamp + 1 hours);
    }

    function _signedBy(uint256 key, TransferOrder memory order) private view returns (bytes memory) {
        return _sign(key, _orderDigest(order));
    }

    function test_MovesBySignature() public {
        _send(alice, 250_000);
        TransferOrder memory order = _order();
        bytes memory signature = _signedBy(ALICE_KEY, order);
        vm.expectEmit(address(claims));
        emit IERC1155.TransferSingle(stranger, alice, bob, id, 1_000);
        vm.prank(stranger);
        claims.transferWithSignature(order, signature);
        _eq(claims.balanceOf(bob, id), 1_000, "bob");
        _true(claims.nonceUsed(alice, 5), "nonce");
    }

    function test_MovesByAWalletsSignature() public {
        Wallet wallet = new Wallet(alice);
        _admit(address(wallet));
        _send(address(wallet), 250_000);
        TransferOrder memory order = _order();
        order.from = address(wallet);
        claims.transferWithSignature(order, _signedBy(ALICE_KEY, order));
        _eq(claims.balanceOf(bob, id), 1_000, "bob");
    }

    function test_RevertWhen_TheOrderIsAltered() public {
        _send(alice, 250_000);
        for (uint256 i; i < 7; ++i) {
            TransferOrder memory order = _order();
            bytes memory signature = _signedBy(ALICE_KEY, order);
            if (i == 0) order.from = provider;
            else if (i == 1) order.to = provider;
            else if (i == 2) order.id += 1;
            else if (i == 3) order.units += 1;
            else if (i == 4) order.syncedThrough = start - 1;
            else if (i == 5) order.nonce += 1;
            else order.deadline += 1;
            vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.InvalidHolderSignature.selector));
            claims.transferWithSignature(order, signature);
        }
    }

    function test_RevertWhen_AnotherSigns() public {
        _send(alice, 250_000);
        TransferOrder memory order = _order();
        bytes memory signature = _signedBy(PROVIDER_KEY, order);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.InvalidHolderSignature.selector));
        claims.transferWithSignature(order, signature);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.InvalidHolderSignature.selector));
        claims.transferWithSignature(order, "");
    }

    function test_RevertWhen_TheOrderIsReplayed() public {
        _send(alice, 250_000);
        TransferOrder memory order = _order();
        bytes memory signature = _signedBy(ALICE_KEY, order);
        claims.transferWithSignature(order, signature);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.NonceUsed.selector, alice, 5));
        claims.transferWithSignature(order, signature);
    }

    function test_RevertWhen_TheNonceWasCancelled() public {
        _send(alice, 250_000);
        TransferOrder memory order = _order();
        bytes memory signature = _signedBy(ALICE_KEY, order);
        vm.expectEmit(address(claims));
        emit ILeaseClaims.NonceCancelled(alice, 5);
        vm.prank(alice);
        claims.cancelNonce(5);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.NonceUsed.selector, alice, 5));
        claims.transferWithSignature(order, signature);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.NonceUsed.selector, alice, 5));
        claims.cancelNonce(5);
    }

    function test_RevertWhen_AnEarlierNonceIsReplayedAfterAnother() public {
        _send(alice, 250_000);
        TransferOrder memory first = _order();
        TransferOrder memory second = _order();
        second.nonce += 1;
        claims.transferWithSignature(first, _signedBy(ALICE_KEY, first));
        claims.transferWithSignature(second, _signedBy(ALICE_KEY, second));
        bytes memory signature = _signedBy(ALICE_KEY, first);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.NonceUsed.selector, alice, 5));
        claims.transferWithSignature(first, signature);
    }

    /// @dev A signature that recovers nobody is not nobody's signature.
    function test_RevertWhen_NobodySigns() public {
        TransferOrder memory order = _order();
        (order.from, order.units) = (address(0), 0);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.InvalidHolderSignature.selector));
        claims.transferWithSignature(order, new bytes(65));
    }

    function test_CancellingTouchesNobodyElsesNonce() public {
        vm.prank(stranger);
        claims.cancelNonce(5);
        _true(!claims.nonceUsed(alice, 5), "alice's nonce");
    }

    function test_RevertWhen_TheOrderIsTooOld() public {
        _send(alice, 250_000);
        TransferOrder memory order = _order();
        bytes memory signature = _signedBy(ALICE_KEY, order);
        vm.warp(order.deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.SignatureExpired.selector, order.deadline));
        claims.transferWithSignature(order, signature);
        vm.warp(order.deadline);
        claims.transferWithSignature(order, signature);
    }

    function test_RevertWhen_TheLeaseIsSyncedOtherwiseThanPriced() public {
        _send(alice, 250_000);
        TransferOrder memory order = _order();
        order.syncedThrough = start - 1;
        order.deadline = _endOf(start);
        bytes memory signature = _signedBy(ALICE_KEY, order);
        _settle(id, start, 1_000_000_000);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.SyncedThrough.selector, start - 1, start));
        claims.transferWithSignature(order, signature);
        order.syncedThrough = start;
        claims.transferWithSignature(order, _signedBy(ALICE_KEY, order));
    }

    function test_RevertWhen_ASignedTransferBreaksTheRules() public {
        _send(alice, 250_000);
        TransferOrder memory order = _order();
        order.to = stranger;
        bytes memory signature = _signedBy(ALICE_KEY, order);
        vm.expectRevert(abi.encodeWithSelector(IERC7943MultiToken.ERC7943CannotReceive.selector, stranger));
        claims.transferWithSignature(order, signature);
        _true(!claims.nonceUsed(alice, 5), "a reverted order keeps its nonce");
    }

    function test_ASignatureForOneChainIsNoneForAnother() public {
        _send(alice, 250_000);
        TransferOrder memory order = _order();
        bytes memory signature = _signedBy(ALICE_KEY, order);
        vm.chainId(1);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.InvalidHolderSignature.selector));
        claims.transferWithSignature(order, signature);
        vm.chainId(31337);
    }
}
