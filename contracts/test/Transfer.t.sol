// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IERC1155Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC7943MultiToken} from "../interfaces/IERC7943.sol";
import {ILeaseClaims, TransferOrder} from "../interfaces/ILeaseClaims.sol";
import {BadReceiver, Reentrant, Wallet} from "./helpers/Actors.sol";
import {Fixture} from "./helpers/Fixture.sol";
import {vm} from "./helpers/Vm.sol";

contract TransferTest is Fixture {
    uint256 private id;

    function setUp() public override {
        super.setUp();
        id = _originate();
    }

    function _send(address to, uint256 units) private {
        vm.prank(provider);
        claims.safeTransferFrom(provider, to, id, units, "");
    }

    // By the holder and those it approves

    function test_MovesUnits() public {
        vm.expectEmit(address(claims));
        emit IERC1155.TransferSingle(provider, provider, alice, id, 250_000);
        _send(alice, 250_000);
        _eq(claims.balanceOf(provider, id), 750_000, "provider");
        _eq(claims.balanceOf(alice, id), 250_000, "alice");
        _eq(claims.totalSupply(id), 1_000_000, "supply");
    }

    function test_RevenueUpToTheTransferStaysWithTheSender() public {
        _settle(id, start, 1_000_000_000);
        _send(alice, 250_000);
        _settle(id, start + 1, 2_000_000_000);
        _eq(claims.claimable(id, provider), 800_000_000 + 600_000_000, "provider");
        _eq(claims.claimable(id, alice), 200_000_000, "alice");
    }

    function test_ReceivingCreditsWhatTheReceiverHadEarned() public {
        _send(alice, 250_000);
        _settle(id, start, 1_000_000_000);
        _send(alice, 250_000);
        _settle(id, start + 1, 2_000_000_000);
        _eq(claims.claimable(id, alice), 200_000_000 + 400_000_000, "alice");
        _eq(claims.claimable(id, provider), 600_000_000 + 400_000_000, "provider");
    }

    function test_TransferToOneselfChangesNothing() public {
        _settle(id, start, 1_000_000_000);
        _send(provider, 1_000_000);
        _eq(claims.balanceOf(provider, id), 1_000_000, "balance");
        _eq(claims.claimable(id, provider), 800_000_000, "claimable");
    }

    function test_OperatorsMoveUnits() public {
        vm.expectEmit(address(claims));
        emit IERC1155.ApprovalForAll(provider, stranger, true);
        vm.prank(provider);
        claims.setApprovalForAll(stranger, true);
        _true(claims.isApprovedForAll(provider, stranger), "approved");
        vm.prank(stranger);
        claims.safeTransferFrom(provider, alice, id, 1, "");
        vm.prank(provider);
        claims.setApprovalForAll(stranger, false);
        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(IERC1155Errors.ERC1155MissingApprovalForAll.selector, stranger, provider)
        );
        claims.safeTransferFrom(provider, alice, id, 1, "");
    }

    function test_RevertWhen_ApprovingNobody() public {
        vm.expectRevert(abi.encodeWithSelector(IERC1155Errors.ERC1155InvalidOperator.selector, address(0)));
        claims.setApprovalForAll(address(0), true);
    }

    function test_RevertWhen_AnybodyElseMovesThem() public {
        address[4] memory nobodies = [stranger, address(this), lessee, address(book)];
        for (uint256 i; i < nobodies.length; ++i) {
            vm.prank(nobodies[i]);
            vm.expectRevert(
                abi.encodeWithSelector(IERC1155Errors.ERC1155MissingApprovalForAll.selector, nobodies[i], provider)
            );
            claims.safeTransferFrom(provider, alice, id, 1, "");
        }
    }

    function test_RevertWhen_MovingMoreThanTheBalance() public {
        uint256[3] memory amounts = [uint256(1_000_001), 1 << 64, type(uint256).max];
        for (uint256 i; i < 3; ++i) {
            vm.prank(provider);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IERC1155Errors.ERC1155InsufficientBalance.selector,
                    provider,
                    1_000_000,
                    amounts[i],
                    id
                )
            );
            claims.safeTransferFrom(provider, alice, id, amounts[i], "");
        }
    }

    function test_RevertWhen_TheSeriesIsUnknown() public {
        _admit(address(0xA));
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(IERC1155Errors.ERC1155InsufficientBalance.selector, provider, 0, 1, 99));
        claims.safeTransferFrom(provider, alice, 99, 1, "");
    }

    function test_RevertWhen_SendingToNobody() public {
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(IERC1155Errors.ERC1155InvalidReceiver.selector, address(0)));
        claims.safeTransferFrom(provider, address(0), id, 1, "");
    }

    function test_RevertWhen_TheSenderIsBlocked() public {
        _block(provider);
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(IERC7943MultiToken.ERC7943CannotSend.selector, provider));
        claims.safeTransferFrom(provider, alice, id, 1, "");
    }

    function test_RevertWhen_TheReceiverIsNotEligible() public {
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(IERC7943MultiToken.ERC7943CannotReceive.selector, stranger));
        claims.safeTransferFrom(provider, stranger, id, 1, "");
    }

    function test_RevertWhen_TheReceiverContractRefuses() public {
        for (uint256 way; way < 4; ++way) {
            address receiver = address(new BadReceiver(BadReceiver.Way(way)));
            _admit(receiver);
            vm.prank(provider);
            vm.expectRevert();
            claims.safeTransferFrom(provider, receiver, id, 1, "");
        }
        _eq(claims.balanceOf(provider, id), 1_000_000, "balance");
    }

    function test_AReentrantReceiverGainsNothing() public {
        _settle(id, start, 1_000_000_000);
        Reentrant receiver = new Reentrant(claims);
        _admit(address(receiver));
        _send(address(receiver), 500_000);
        _eq(dollar.balanceOf(address(receiver)), 0, "receiver");
        _eq(dollar.balanceOf(provider), 800_000_000, "provider was paid its own");
        _eq(claims.claimable(id, provider) + claims.claimable(id, address(receiver)), 0, "left");
    }

    // Batches

    function _pair(uint256 a, uint256 b) private pure returns (uint256[] memory two) {
        two = new uint256[](2);
        (two[0], two[1]) = (a, b);
    }

    function test_BatchMovesEach() public {
        uint256 other = _originate();
        vm.expectEmit(address(claims));
        emit IERC1155.TransferBatch(provider, provider, alice, _pair(id, other), _pair(3, 4));
        vm.prank(provider);
        claims.safeBatchTransferFrom(provider, alice, _pair(id, other), _pair(3, 4), "");
        address[] memory accounts = new address[](2);
        (accounts[0], accounts[1]) = (alice, alice);
        uint256[] memory balances = claims.balanceOfBatch(accounts, _pair(id, other));
        _eq(balances[0], 3, "first");
        _eq(balances[1], 4, "second");
    }

    function test_BatchMayNameASeriesTwice() public {
        vm.prank(provider);
        claims.safeBatchTransferFrom(provider, alice, _pair(id, id), _pair(3, 4), "");
        _eq(claims.balanceOf(alice, id), 7, "alice");
    }

    function test_RevertWhen_ABatchIsLopsided() public {
        uint256[] memory one = new uint256[](1);
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(IERC1155Errors.ERC1155InvalidArrayLength.selector, 2, 1));
        claims.safeBatchTransferFrom(provider, alice, _pair(id, id), one, "");
        vm.expectRevert(abi.encodeWithSelector(IERC1155Errors.ERC1155InvalidArrayLength.selector, 2, 1));
        claims.balanceOfBatch(new address[](1), _pair(id, id));
    }

    function test_RevertWhen_ABatchIsNotTheSenders() public {
        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(IERC1155Errors.ERC1155MissingApprovalForAll.selector, stranger, provider)
        );
        claims.safeBatchTransferFrom(provider, alice, _pair(id, id), _pair(3, 4), "");
    }

    function test_RevertWhen_ABatchGoesToOneWhoIsNotEligible() public {
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(IERC7943MultiToken.ERC7943CannotReceive.selector, stranger));
        claims.safeBatchTransferFrom(provider, stranger, _pair(id, id), _pair(3, 4), "");
    }

    function test_RevertWhen_ABatchReceiverRefuses() public {
        address receiver = address(new BadReceiver(BadReceiver.Way.WrongAnswer));
        _admit(receiver);
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(IERC1155Errors.ERC1155InvalidReceiver.selector, receiver));
        claims.safeBatchTransferFrom(provider, receiver, _pair(id, id), _pair(3, 4), "");
    }

    // By signature

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

    // Any path

    /// @dev However units move between epochs, each epoch's pool goes to who held at its sync, less rounding per unit.
    function testFuzz_EachEpochPaysItsHolders(uint64[8] calldata moves, uint96[8] calldata rents) public {
        address[3] memory who = [provider, alice, bob];
        uint256[3] memory expected;
        uint96 rent;
        uint256 perUnit;
        for (uint32 i; i < 8; ++i) {
            address from = who[moves[i] % 3];
            uint256 units = _bound(moves[i] / 9, 0, claims.balanceOf(from, id));
            vm.prank(from);
            claims.safeTransferFrom(from, who[(moves[i] / 3) % 3], id, units, "");
            rent += uint96(_bound(rents[i], 0, (7 * CAP) / 8));
            _settle(id, start + i, rent);
            uint256 now_ = (uint256(claims.seriesOf(id).applied) * 8_000) / 10_000 / 1_000_000;
            for (uint256 k; k < 3; ++k) expected[k] += claims.balanceOf(who[k], id) * (now_ - perUnit);
            perUnit = now_;
        }
        for (uint256 k; k < 3; ++k) _eq(claims.claimable(id, who[k]), expected[k], "claimable");
    }
}
