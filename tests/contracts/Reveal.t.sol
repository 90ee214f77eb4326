// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IEpochLedger, Step} from "../../contracts/interfaces/IEpochLedger.sol";
import {ILeaseBook} from "../../contracts/interfaces/ILeaseBook.sol";
import {EpochLeaf, LeaseTerms} from "../../contracts/types/Lease.sol";
import {Steps} from "./helpers/Steps.sol";
import {vm} from "./helpers/Vm.sol";

/// @dev demandReveal, reveal, cancelUnrevealed and dropDemand.
contract RevealTest is Steps {
    uint256 private id;
    uint256 private other;
    uint32 private e1;
    uint256 private posted;

    function setUp() public override {
        super.setUp();
        (id, other) = (_let(_terms()), _let(_terms()));
        e1 = start + 1;
        _epoch(start);
        _epoch(e1);
        posted = block.timestamp;
    }

    function _demand(uint32 epoch, uint256 lease) private {
        vm.prank(stranger);
        ledger.demandReveal(epoch, lease);
    }

    // demandReveal

    function test_ADemandTakesABondAndPutsTheRootOffByAWindow() public {
        uint256 before = dollar.balanceOf(stranger);
        vm.warp(posted + WINDOW - 1);
        vm.expectEmit(address(ledger));
        emit IEpochLedger.RevealDemanded(e1, id, stranger);
        _demand(e1, id);
        _eq(before - dollar.balanceOf(stranger), DISPUTE_BOND, "bond");
        _eq(ledger.activeAt(e1), posted + 2 * WINDOW, "put off");
        _eq(ledger.demandOf(e1, id).posted, posted, "posted");
        _eq(ledger.demandOf(e1, id).by, stranger, "by");
    }

    function test_ASecondDemandPutsNothingOffFurther() public {
        _demand(e1, id);
        vm.warp(posted + WINDOW / 2);
        _demand(e1, other);
        _eq(ledger.activeAt(e1), posted + 2 * WINDOW, "put off once");
    }

    function test_LaterRootsWaitForTheOnePutOff() public {
        vm.warp(posted + WINDOW - 1);
        _demand(e1, id);
        _epoch(e1 + 1);
        _true(ledger.activeAt(e1 + 1) >= ledger.activeAt(e1), "in order");
        _true(ledger.activeAt(e1 + 1) <= block.timestamp + 2 * uint256(WINDOW), "bounded");
    }

    function test_RevertWhen_DemandedOfARootThatIsNotThere() public {
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.UnknownRoot.selector, e1 + 1));
        ledger.demandReveal(e1 + 1, id);
    }

    function test_RevertWhen_DemandedAfterTheFirstWindow() public {
        _demand(e1, id);
        vm.warp(posted + WINDOW);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.AlreadyActive.selector, e1));
        ledger.demandReveal(e1, other);
    }

    function test_RevertWhen_DemandedOfAnUnknownLease() public {
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.UnknownLease.selector, 99));
        ledger.demandReveal(e1, 99);
    }

    function test_RevertWhen_DemandedOfALeaseThatHasNotStarted() public {
        LeaseTerms memory t = _terms();
        t.startEpoch = e1 + 5;
        uint256 late = _let(t);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.NotStarted.selector, late));
        ledger.demandReveal(e1, late);
    }

    /// @dev No leaf of it can be right, so a demand could only be a way to cancel an honest root.
    function test_RevertWhen_DemandedOfALeaseThatEndedBeforeTheFirstRoot() public {
        _setUp(WINDOW);
        LeaseTerms memory t = _terms();
        (t.epochs, t.noticeEpochs) = (2, 1);
        uint256 ended = book.originate(_signed(t));
        lastRoot = 0;
        _post(start + 2, keccak256("the first root, two epochs late"));
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.NotStarted.selector, ended));
        ledger.demandReveal(start + 2, ended);
    }

    function test_RevertWhen_DemandedTwice() public {
        _demand(e1, id);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.AlreadyDemanded.selector, e1, id));
        ledger.demandReveal(e1, id);
    }

    function test_ADemandOfACancelledRootMakesWayForANewOne() public {
        _demand(e1, id);
        _demand(e1, other);
        vm.warp(posted + WINDOW + WINDOW / 2);
        ledger.cancelUnrevealed(e1, other);
        _epoch(e1);
        uint256 before = ledger.creditOf(stranger);
        _demand(e1, id);
        _eq(ledger.creditOf(stranger) - before, DISPUTE_BOND, "the old bond came back");
        _eq(ledger.demandOf(e1, id).posted, block.timestamp, "of the new root");
    }

    function test_TheSpammerPaysAndTheDelayIsBounded() public {
        _setUp((5 * LENGTH) / 2);
        dollar.mint(stranger, 1e12);
        vm.prank(stranger);
        dollar.approve(address(ledger), type(uint256).max);
        uint256 lease = book.originate(_signed(_terms()));
        lastRoot = 0;
        for (uint32 i; i < 25; ++i) {
            _warpPast(start + i);
            _eq(block.timestamp, _endOf(start + i), "posting keeps up with the epochs");
            _post(start + i, keccak256(abi.encode(i)));
            uint256 at_ = block.timestamp;
            _demand(start + i, lease);
            _true(ledger.activeAt(start + i) <= at_ + 5 * LENGTH + (5 * LENGTH) / 256, "two windows at most");
        }
    }

    // reveal

    function test_ARevealEndsTheDemandAndEarnsItsBond() public {
        _demand(e1, id);
        Step memory step = _step(e1, id);
        vm.expectEmit(address(ledger));
        emit IEpochLedger.Revealed(e1, id, bob, step.record);
        vm.prank(bob);
        ledger.reveal(e1, step);
        _eq(ledger.creditOf(bob), DISPUTE_BOND, "earned");
        _eq(ledger.demandOf(e1, id).posted, 0, "over");
        vm.warp(posted + WINDOW + WINDOW / 2);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.NoDemand.selector, e1, id));
        ledger.cancelUnrevealed(e1, id);
    }

    function test_RevertWhen_NobodyDemanded() public {
        _demand(e1, other);
        Step memory step = _step(e1, id);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.NoDemand.selector, e1, id));
        ledger.reveal(e1, step);
    }

    function test_RevertWhen_TheStepRevealedIsWrong() public {
        vm.warp(posted + WINDOW);
        _meter(e1 + 1);
        leavesOf[e1 + 1][0].rent += 1;
        _publish(e1 + 1);
        _demand(e1 + 1, id);
        Step memory step = _step(e1 + 1, id);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.StepIsWrong.selector));
        ledger.reveal(e1 + 1, step);
    }

    function test_RevertWhen_TheRevealComesTooLate() public {
        _demand(e1, id);
        Step memory step = _step(e1, id);
        vm.warp(posted + 2 * WINDOW);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.AlreadyActive.selector, e1));
        ledger.reveal(e1, step);
        vm.warp(posted + 2 * WINDOW - 1);
        ledger.reveal(e1, step);
    }

    // A lease that was left out of an active root, or whose leaf there cannot be read

    /// @dev The first lease is left out at e1 + 1, nobody minds, and at e1 + 2 it is there again.
    function _leftOut() private returns (uint32 again) {
        _meter(e1 + 1);
        leavesOf[e1 + 1][0] = leavesOf[e1 + 1][1];
        leavesOf[e1 + 1].pop();
        _publish(e1 + 1);
        _ripen();
        again = e1 + 2;
        _epoch(again);
        _demand(again, id);
    }

    function test_ALeaseLeftOutOnceDoesNotStopTheLedger() public {
        uint32 again = _leftOut();
        ledger.reveal(again, _step(again, id));
        _ripen();
        _sync(again, id);
        _eq(claims.seriesOf(id).lastEpoch, again, "synced");
    }

    function test_ALeafThatCannotBeReadDoesNotStopTheLedger() public {
        _meter(e1 + 1);
        bytes32[] memory hashes = _hashes(leavesOf[e1 + 1]);
        hashes[0] = _rawHash(leavesOf[e1 + 1][0], 2, type(uint256).max);
        _publish(e1 + 1, hashes);
        _ripen();
        _epoch(e1 + 2);
        _demand(e1 + 2, id);
        Step memory step = _step(e1 + 2, id);
        bytes memory asIs = _dirty(abi.encodeCall(ledger.reveal, (e1 + 2, step)), 33, type(uint256).max);
        (bool ok, ) = address(ledger).call(asIs);
        _true(!ok, "it cannot be computed upon");
        EpochLeaf memory empty;
        step.previous = empty;
        ledger.reveal(e1 + 2, step);
    }

    function test_AnEndedLeaseLeftOutOnceDoesNotStopTheLedger() public {
        vm.prank(provider);
        book.exit(lets[0], start + 9, 0, "");
        for (uint32 e = e1 + 1; e <= start + 9; ++e) {
            _ripen();
            _epoch(e);
        }
        EpochLeaf memory last = leavesOf[start + 9][0];
        _meter(start + 10);
        leavesOf[start + 10][0] = leavesOf[start + 10][1];
        leavesOf[start + 10].pop();
        _ripen();
        _publish(start + 10);
        _ripen();
        _meter(start + 11);
        leavesOf[start + 11].push(last);
        _publish(start + 11);
        _demand(start + 11, id);
        ledger.reveal(start + 11, _step(start + 11, id));
        _ripen();
        _sync(start + 11, id);
        _eq(claims.seriesOf(id).lastEpoch, start + 9, "final");
    }

    /// @dev What is revealed with an empty leaf before it is not proven: whoever knows the true one challenges with it.
    function test_ALieRevealedWithoutTheLeafBeforeIsStillCancelled() public {
        vm.warp(posted + WINDOW);
        _meter(e1 + 1);
        leavesOf[e1 + 1][0].rent += 1;
        _publish(e1 + 1);
        posted = block.timestamp;
        _demand(e1 + 1, id);
        Step memory proven = _step(e1 + 1, id);
        Step memory bare = _step(e1 + 1, id);
        EpochLeaf memory empty;
        (bare.previous, bare.previousProof) = (empty, new bytes32[](0));
        vm.warp(posted + WINDOW + WINDOW / 2);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.UnknownRoot.selector, e1));
        ledger.reveal(e1 + 1, bare);
        vm.warp(block.timestamp - 1);
        ledger.reveal(e1 + 1, bare);
        vm.warp(posted + 2 * WINDOW - 1);
        ledger.challenge(e1 + 1, proven);
        _eq(ledger.latestEpoch(), e1, "cancelled");
    }

    function test_RevertWhen_ARevealWithoutTheLeafBeforeHidesTheRecord() public {
        uint32 again = _leftOut();
        Step memory step = _step(again, id);
        step.record.loadBps += 1;
        bytes32 hash = keccak256(abi.encode(step.record));
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.RecordMismatch.selector, hash));
        ledger.reveal(again, step);
    }

    // cancelUnrevealed

    function test_AnUnansweredDemandCancelsAndPaysTheDemander() public {
        _demand(e1, id);
        uint256 until = posted + WINDOW + WINDOW / 2;
        vm.warp(until - 1);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.RevealStillDue.selector, until));
        ledger.cancelUnrevealed(e1, id);
        vm.warp(until);
        vm.expectEmit(address(ledger));
        emit IEpochLedger.RootsCancelled(e1, e1, 0, stranger, ROOT_BOND / 2, ROOT_BOND - ROOT_BOND / 2);
        vm.prank(bob);
        ledger.cancelUnrevealed(e1, id);
        _eq(ledger.creditOf(stranger), DISPUTE_BOND + ROOT_BOND / 2, "bond and reward");
        _eq(ledger.creditOf(bob), 0, "not whoever sends it");
        _eq(ledger.latestEpoch(), start, "cancelled");
    }

    function test_RevertWhen_TheRootIsActiveOrTheDemandOfAnother() public {
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.NoDemand.selector, e1, id));
        ledger.cancelUnrevealed(e1, id);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.NoDemand.selector, e1 + 9, id));
        ledger.cancelUnrevealed(e1 + 9, id);
        _demand(e1, id);
        vm.warp(posted + 2 * WINDOW);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.AlreadyActive.selector, e1));
        ledger.cancelUnrevealed(e1, id);
    }

    // dropDemand

    function test_ADemandOfARootThatRipenedIsDropped() public {
        _demand(e1, id);
        vm.warp(posted + 2 * WINDOW - 1);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.DemandPending.selector, e1, id));
        ledger.dropDemand(e1, id);
        vm.warp(posted + 2 * WINDOW);
        vm.expectEmit(address(ledger));
        emit IEpochLedger.DemandDropped(e1, id);
        ledger.dropDemand(e1, id);
        _eq(ledger.creditOf(stranger), DISPUTE_BOND, "bond back");
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.NoDemand.selector, e1, id));
        ledger.dropDemand(e1, id);
    }

    function test_ADemandOfACancelledRootIsDropped() public {
        _demand(e1, id);
        _demand(e1, other);
        vm.warp(posted + WINDOW + WINDOW / 2);
        ledger.cancelUnrevealed(e1, other);
        ledger.dropDemand(e1, id);
        _eq(ledger.creditOf(stranger), 2 * DISPUTE_BOND + ROOT_BOND / 2, "both bonds back");
    }

    // Terms that cannot be shown again

    /// @dev Nobody could reveal a lease whose terms carry bits beyond a type: no contract can read them.
    function test_RevertWhen_AMemberThatThePricingIgnoresIsDirty() public {
        LeaseTerms memory t = _terms();
        (t.method, t.floorPrice, t.ceilingPrice, t.rateBps) = (2, 1, 2, 10_000);
        t.startEpoch = e1 + 5;
        bytes memory data = abi.encodeCall(ILeaseBook.originate, (_signed(t)));
        data[4 + 32 + 32 * 10] = 0x80;
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.InvalidTerms.selector, bytes32("encoding")));
        _call(address(book), data);
    }
}
