// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IERC1155Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC7943MultiToken} from "../../contracts/interfaces/IERC7943.sol";
import {BadReceiver, Reentrant} from "./helpers/Actors.sol";
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
