// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IERC1155Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC7943MultiToken} from "../../contracts/interfaces/IERC7943.sol";
import {ILeaseClaims} from "../../contracts/interfaces/ILeaseClaims.sol";
import {BadReceiver} from "./helpers/Actors.sol";
import {Fixture} from "./helpers/Fixture.sol";
import {vm} from "./helpers/Vm.sol";

contract ComplianceTest is Fixture {
    uint256 private id;

    function setUp() public override {
        super.setUp();
        id = _originate();
        vm.prank(provider);
        claims.safeTransferFrom(provider, alice, id, 1_000, "");
    }

    function _send(uint256 units) private {
        vm.prank(alice);
        claims.safeTransferFrom(alice, bob, id, units, "");
    }

    // setFrozenTokens

    function test_FrozenUnitsDoNotMove() public {
        vm.expectEmit(address(claims));
        emit IERC7943MultiToken.Frozen(alice, id, 600);
        _true(claims.setFrozenTokens(alice, id, 600), "result");
        _eq(claims.getFrozenTokens(alice, id), 600, "frozen");
        _eq(claims.accountOf(id, alice).flags, 1, "flag");
        vm.expectRevert(
            abi.encodeWithSelector(IERC7943MultiToken.ERC7943InsufficientUnfrozenBalance.selector, alice, id, 401, 400)
        );
        _send(401);
        _send(400);
        _eq(claims.balanceOf(alice, id), 600, "alice");
    }

    function test_FreezingOverwrites() public {
        claims.setFrozenTokens(alice, id, 600);
        claims.setFrozenTokens(alice, id, 100);
        _send(900);
        _eq(claims.getFrozenTokens(alice, id), 100, "frozen");
    }

    function test_FreezingMayExceedTheBalance() public {
        claims.setFrozenTokens(alice, id, type(uint256).max);
        _eq(claims.getFrozenTokens(alice, id), type(uint256).max, "frozen");
        vm.expectRevert(
            abi.encodeWithSelector(IERC7943MultiToken.ERC7943InsufficientUnfrozenBalance.selector, alice, id, 1, 0)
        );
        _send(1);
    }

    function test_FreezingReachesUnitsToCome() public {
        claims.setFrozenTokens(bob, id, 500);
        _send(1_000);
        vm.prank(bob);
        claims.safeTransferFrom(bob, alice, id, 500, "");
        vm.prank(bob);
        vm.expectRevert(
            abi.encodeWithSelector(IERC7943MultiToken.ERC7943InsufficientUnfrozenBalance.selector, bob, id, 1, 0)
        );
        claims.safeTransferFrom(bob, alice, id, 1, "");
    }

    function test_UnfreezingFreesAll() public {
        claims.setFrozenTokens(alice, id, 1_000);
        claims.setFrozenTokens(alice, id, 0);
        _send(1_000);
        _eq(claims.accountOf(id, alice).flags, 0, "flag");
    }

    function test_FreezingOneSeriesLeavesTheOthers() public {
        uint256 other = _originate();
        claims.setFrozenTokens(provider, id, type(uint256).max);
        vm.prank(provider);
        claims.safeTransferFrom(provider, alice, other, 1_000_000, "");
    }

    function test_RevertWhen_MoreThanTheBalanceIsMovedWhileFrozen() public {
        claims.setFrozenTokens(alice, id, 600);
        vm.expectRevert(
            abi.encodeWithSelector(IERC1155Errors.ERC1155InsufficientBalance.selector, alice, 1_000, 1_001, id)
        );
        _send(1_001);
    }

    function test_RevertWhen_AFrozenBatchMoves() public {
        claims.setFrozenTokens(alice, id, 600);
        uint256[] memory ids = new uint256[](2);
        uint256[] memory values = new uint256[](2);
        (ids[0], ids[1], values[0], values[1]) = (id, id, 300, 200);
        vm.prank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(IERC7943MultiToken.ERC7943InsufficientUnfrozenBalance.selector, alice, id, 200, 100)
        );
        claims.safeBatchTransferFrom(alice, bob, ids, values, "");
    }

    function test_RevertWhen_AStrangerFreezesOrForces() public {
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(refusal);
        claims.setFrozenTokens(alice, id, 1);
        vm.expectRevert(refusal);
        claims.forcedTransfer(alice, bob, id, 1);
        vm.stopPrank();
    }

    function test_FreezingDoesNotTouchCash() public {
        _settle(id, start, 1_000_000_000);
        uint256 owed = claims.claimable(id, alice);
        claims.setFrozenTokens(alice, id, type(uint256).max);
        _block(alice);
        _eq(claims.claim(id, alice), owed, "paid");
        _eq(dollar.balanceOf(alice), owed, "received");
    }

    // forcedTransfer

    function test_ForceMovesUnitsAndUnfreezesThemFirst() public {
        claims.setFrozenTokens(alice, id, 800);
        _block(alice);
        vm.expectEmit(address(claims));
        emit IERC7943MultiToken.Frozen(alice, id, 300);
        vm.expectEmit(address(claims));
        emit IERC1155.TransferSingle(address(this), alice, bob, id, 700);
        vm.expectEmit(address(claims));
        emit IERC7943MultiToken.ForcedTransfer(alice, bob, id, 700);
        _true(claims.forcedTransfer(alice, bob, id, 700), "result");
        _eq(claims.balanceOf(bob, id), 700, "bob");
        _eq(claims.getFrozenTokens(alice, id), 300, "frozen");
    }

    function test_ForceLeavesFrozenWhatItDoesNotNeed() public {
        claims.setFrozenTokens(alice, id, 300);
        claims.forcedTransfer(alice, bob, id, 700);
        _eq(claims.getFrozenTokens(alice, id), 300, "frozen");
        claims.forcedTransfer(alice, bob, id, 300);
        _eq(claims.getFrozenTokens(alice, id), 0, "frozen at last");
        _eq(claims.accountOf(id, alice).flags, 0, "flag");
    }

    function test_ForceFromAnOverfrozenAccount() public {
        claims.setFrozenTokens(alice, id, 5_000);
        claims.forcedTransfer(alice, bob, id, 10);
        _eq(claims.getFrozenTokens(alice, id), 990, "frozen");
    }

    function test_ForceLeavesAccruedCashWithTheOldHolder() public {
        _settle(id, start, 1_000_000_000);
        uint256 owed = claims.claimable(id, alice);
        claims.forcedTransfer(alice, bob, id, 1_000);
        _eq(claims.claimable(id, alice), owed, "alice");
        _eq(claims.claimable(id, bob), 0, "bob");
        _settle(id, start + 1, 2_000_000_000);
        _eq(claims.claimable(id, alice), owed, "alice after");
        _eq(claims.claimable(id, bob), owed, "bob after");
    }

    /// @dev Revenue that is due is the present holder's.
    function test_RevertWhen_ForcedBeforeWhatIsDueIsSynced() public {
        _post(start, ledger.leafHash(_leaf(id, start, 1_000_000_000)));
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.NotSynced.selector, id, start));
        claims.forcedTransfer(alice, bob, id, 1);
        ledger.sync(start, _leaf(id, start, 1_000_000_000), new bytes32[](0));
        claims.forcedTransfer(alice, bob, id, 1);
    }

    function test_RevertWhen_ForcedBeforeTheFinalEpochIsSynced() public {
        _settle(id, start + 28, 1_000_000_000);
        _post(start + 29, ledger.leafHash(_leaf(id, start + 29, 2_000_000_000)));
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.NotSynced.selector, id, start + 29));
        claims.forcedTransfer(alice, bob, id, 1);
        ledger.sync(start + 29, _leaf(id, start + 29, 2_000_000_000), new bytes32[](0));
        _post(start + 30, keccak256("the lease is over"));
        claims.forcedTransfer(alice, bob, id, 1);
    }

    function test_ForceDoesNotWaitForALeaseThatIsLeftOut() public {
        for (uint32 i; i < 7; ++i) _post(start + i, keccak256(abi.encode(i)));
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.NotSynced.selector, id, start + 6));
        claims.forcedTransfer(alice, bob, id, 1);
        _post(start + 7, keccak256("the eighth without it"));
        claims.forcedTransfer(alice, bob, id, 1);
        _eq(claims.balanceOf(bob, id), 1, "moved");
    }

    function test_RevertWhen_ForcedToOneWhoMayNotHold() public {
        vm.expectRevert(abi.encodeWithSelector(IERC7943MultiToken.ERC7943CannotReceive.selector, stranger));
        claims.forcedTransfer(alice, stranger, id, 1);
        vm.expectRevert(abi.encodeWithSelector(IERC7943MultiToken.ERC7943CannotReceive.selector, address(0)));
        claims.forcedTransfer(alice, address(0), id, 1);
    }

    function test_RevertWhen_ForcedBeyondTheBalance() public {
        claims.setFrozenTokens(alice, id, 600);
        vm.expectRevert(
            abi.encodeWithSelector(IERC1155Errors.ERC1155InsufficientBalance.selector, alice, 1_000, 1_001, id)
        );
        claims.forcedTransfer(alice, bob, id, 1_001);
    }

    function test_RevertWhen_ForcedIntoAContractThatRefuses() public {
        address receiver = address(new BadReceiver(BadReceiver.Way.WrongAnswer));
        _admit(receiver);
        vm.expectRevert(abi.encodeWithSelector(IERC1155Errors.ERC1155InvalidReceiver.selector, receiver));
        claims.forcedTransfer(alice, receiver, id, 1);
    }

    // Questions

    function test_CanTransferKnowsTheRules() public {
        _true(claims.canTransfer(alice, bob, id, 1_000), "members");
        _true(!claims.canTransfer(alice, stranger, id, 1), "stranger receives");
        _true(!claims.canTransfer(alice, address(0), id, 1), "nobody receives");
        _true(claims.canTransfer(alice, bob, id, 1_001), "balances are the token's business");
        claims.setFrozenTokens(alice, id, 600);
        _true(claims.canTransfer(alice, bob, id, 400), "unfrozen");
        _true(!claims.canTransfer(alice, bob, id, 401), "frozen");
        claims.setFrozenTokens(alice, id, 6_000);
        _true(!claims.canTransfer(alice, bob, id, 1), "overfrozen");
        _block(alice);
        _true(!claims.canTransfer(alice, bob, id, 0), "blocked sender");
        _true(!claims.canTransfer(bob, alice, id, 0), "blocked receiver");
    }

    function test_CanSendAndReceiveKnowOnlyTheAccount() public {
        _true(claims.canSend(stranger) && claims.canReceive(stranger), "a stranger is not blocked");
        _true(!claims.canReceive(address(0)), "nobody");
        _block(stranger);
        _true(!claims.canSend(stranger) && !claims.canReceive(stranger), "blocked");
    }

    function testFuzz_QuestionsNeverRevert(address from, address to, uint256 series, uint256 amount) public view {
        claims.canTransfer(from, to, series, amount);
        claims.canTransfer(from, to, id, amount);
        claims.canSend(from);
        claims.canReceive(to);
        claims.getFrozenTokens(from, series);
    }

    function testFuzz_ATransferSucceedsOnlyWhereAllowed(
        uint256 frozen,
        uint64 amount,
        bool blockSender,
        bool blockReceiver
    ) public {
        uint256 units = _bound(amount, 0, 1_000);
        claims.setFrozenTokens(alice, id, frozen % 2_000);
        if (blockSender) _block(alice);
        if (blockReceiver) _block(bob);
        bool allowed = claims.canTransfer(alice, bob, id, units);
        vm.prank(alice);
        try claims.safeTransferFrom(alice, bob, id, units, "") {
            _true(allowed, "moved against the rules");
        } catch {
            _true(!allowed, "refused within the rules");
        }
    }
}
