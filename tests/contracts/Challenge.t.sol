// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IEpochLedger, Step} from "../../contracts/interfaces/IEpochLedger.sol";
import {EpochLeaf, EpochRoot, LeaseTerms, MeteringRecord} from "../../contracts/types/Lease.sol";
import {Steps} from "./helpers/Steps.sol";
import {Tree} from "./helpers/Tree.sol";
import {vm} from "./helpers/Vm.sol";

contract ChallengeTest is Steps {
    uint256 private id;
    uint256 private other;
    uint32 private e1;

    function setUp() public override {
        super.setUp();
        id = _let(_terms());
        other = _let(_terms());
        e1 = start + 1;
        _epoch(start);
    }

    function _challenge(uint32 epoch, Step memory step) private {
        vm.prank(stranger);
        ledger.challenge(epoch, step);
    }

    function _refused(uint32 epoch, Step memory step, bytes memory reason) private {
        vm.expectRevert(reason);
        ledger.challenge(epoch, step);
    }

    /// @dev Epoch e1 with the first lease's rent too high by one base unit.
    function _lie() private {
        _meter(e1);
        leavesOf[e1][0].rent += 1;
        _publish(e1);
    }

    // What it cancels

    function test_CancelsAWrongStep() public {
        _lie();
        Step memory step = _step(e1, id);
        vm.expectEmit(address(ledger));
        emit IEpochLedger.RootsCancelled(e1, e1, 0, stranger, ROOT_BOND / 2, ROOT_BOND - ROOT_BOND / 2);
        _challenge(e1, step);
        _eq(ledger.latestEpoch(), start, "latest");
        _eq(ledger.attempt(), 1, "attempt");
        _eq(ledger.bond(), 2 * ROOT_BOND, "bond");
        _eq(ledger.creditOf(stranger), ROOT_BOND / 2, "half to the challenger");
        _eq(ledger.activeAt(e1), 0, "no root is kept");
        _true(!ledger.isActive(e1, nodesOf[e1][0]), "not active");
    }

    /// @dev Its leaf there has none before it, though the lease is older.
    function test_CancelsAWrongStepOfAnOlderLeaseInTheFirstRoot() public {
        _deployWithLongWindow();
        _meter(start + 2);
        leavesOf[start + 2][0].rent += 1;
        _publish(start + 2);
        _challenge(start + 2, _step(start + 2, id));
        _eq(ledger.firstEpoch(), 0, "cancelled, and begun anew");
    }

    function test_CancelsLaterRootsWithIt() public {
        _deployWithLongWindow();
        for (uint32 e = start; e < start + 4; ++e) {
            _meter(e);
            if (e == start + 1) leavesOf[e][0].gpuSeconds -= 1;
            _publish(e);
        }
        Step memory step = _step(e1, id);
        vm.expectEmit(address(ledger));
        emit IEpochLedger.RootsCancelled(e1, start + 3, 0, stranger, ROOT_BOND / 2, ROOT_BOND - ROOT_BOND / 2);
        _challenge(e1, step);
        _eq(ledger.latestEpoch(), start, "latest");
        for (uint32 e = e1; e < start + 4; ++e) _eq(ledger.activeAt(e), 0, "cancelled");
        _true(ledger.activeAt(start) != 0, "the root before it stays");
        for (uint32 e = e1; e < start + 4; ++e) _epoch(e);
        _refused(e1, _step(e1, id), abi.encodeWithSelector(IEpochLedger.StepIsRight.selector));
    }

    function test_ACancelledRootIsNeverSyncedNorPostedAgain() public {
        _lie();
        EpochRoot memory r = _root(e1, nodesOf[e1][0]);
        r.previousRoot = nodesOf[start][0];
        bytes[] memory signatures = _attest(r);
        _challenge(e1, _step(e1, id));
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.WrongAttempt.selector, 1, 0));
        ledger.post(r, signatures);
        EpochLeaf memory lie = leavesOf[e1][0];
        bytes32[] memory proof = Tree.proof(nodesOf[e1], 0);
        _epoch(e1);
        _ripen();
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.UnknownRoot.selector, e1));
        ledger.sync(e1, lie, proof);
        _sync(e1, id);
        _eq(claims.seriesOf(id).lastEpoch, e1, "the honest one is synced");
    }

    function test_CancellingTheFirstRootBeginsAnew() public {
        _deployWithLongWindow();
        _meter(start);
        leavesOf[start][1].wattHours += 1;
        _publish(start);
        _challenge(start, _step(start, other));
        _eq(ledger.latestEpoch(), 0, "latest");
        _eq(ledger.firstEpoch(), 0, "first");
        _eq(ledger.activeEpoch(), 0, "active");
        _epoch(start);
        _eq(ledger.firstEpoch(), start, "first again");
        _eq(ledger.attempt(), 1, "the attempt never falls");
    }

    /// @dev 0 is the lease id, 9 the hash of the record: a leaf of another lease, or of a record nobody has, answers no demand.
    function testFuzz_AnyAlteredMemberOfALeafIsCancelled(uint8 member, uint256 change, bool other_) public {
        member = uint8(_bound(member, 0, 9));
        if (change == 0) change = 1;
        uint256 liedAbout = other_ ? other : id;
        _meter(e1);
        (, uint256 place) = _indexOf(e1, liedAbout);
        bytes32[] memory hashes = _hashes(leavesOf[e1]);
        uint256 word = _word(leavesOf[e1][place], member) ^ change;
        hashes[place] = _rawHash(leavesOf[e1][place], member, word);
        _publish(e1, hashes);
        if (member == 0 || member == 9) {
            vm.prank(stranger);
            ledger.demandReveal(e1, liedAbout);
            vm.warp(block.timestamp + WINDOW + WINDOW / 2);
            ledger.cancelUnrevealed(e1, liedAbout);
        } else {
            bytes memory data = abi.encodeCall(ledger.challenge, (e1, _step(e1, liedAbout)));
            vm.prank(stranger);
            _call(address(ledger), _dirty(data, 41 + member, word));
        }
        _eq(ledger.latestEpoch(), start, "cancelled");
        _eq(ledger.creditOf(stranger) / 1e6, 500 + (member % 9 == 0 ? 25 : 0), "rewarded");
    }

    function _word(EpochLeaf memory leaf, uint256 member) private pure returns (uint256 word) {
        bytes memory raw = abi.encode(leaf);
        assembly ("memory-safe") {
            word := mload(add(raw, add(0x20, mul(member, 0x20))))
        }
    }

    function test_CancelsALeafBeforeTheStart() public {
        LeaseTerms memory t = _terms();
        t.startEpoch = start + 5;
        uint256 early = _let(t);
        _meter(e1);
        EpochLeaf memory leaf;
        leaf.leaseId = early;
        leavesOf[e1].push(leaf);
        _publish(e1);
        _challenge(e1, _step(e1, early));
        _eq(ledger.latestEpoch(), start, "cancelled");
    }

    function test_CancelsARecordOfAnotherEpochOrLease() public {
        for (uint256 k; k < 2; ++k) {
            _meter(e1);
            MeteringRecord memory r = _measured(k, k == 0 ? start : e1);
            EpochLeaf memory leaf = math.nextLeaf(lets[0], _previous(e1, id), r, LENGTH);
            (leaf.leaseId, leaf.epoch) = (id, e1);
            leavesOf[e1][0] = leaf;
            _publish(e1);
            Step memory step = _step(e1, id);
            step.record = r;
            _challenge(e1, step);
            _eq(ledger.latestEpoch(), start, "cancelled");
        }
    }

    function test_AnEndedLeaseKeepsItsFinalLeafToTheBit() public {
        _deployWithLongWindow();
        lets[0].epochs = 2;
        lets[0].noticeEpochs = 1;
        id = book.originate(_signed(lets[0]));
        letIds[0] = id;
        for (uint32 e = start; e < start + 3; ++e) _epoch(e);
        _refused(start + 2, _step(start + 2, id), abi.encodeWithSelector(IEpochLedger.StepIsRight.selector));
        _meter(start + 3);
        leavesOf[start + 3][0].rent += 1;
        _publish(start + 3);
        _challenge(start + 3, _step(start + 3, id));
        _eq(ledger.latestEpoch(), start + 2, "cancelled");
    }

    // Numbers at their limits

    function test_ALieThatBecameTheBaseCanBeBuiltUpon() public {
        _meter(e1);
        EpochLeaf storage lie = leavesOf[e1][0];
        (lie.rent, lie.remainder, lie.creditParts) = (type(uint96).max, type(uint64).max, type(uint256).max);
        (lie.gpuSeconds, lie.wattHours) = (type(uint64).max, type(uint64).max);
        (lie.curtailedSeconds, lie.heatWattHours) = (type(uint64).max, type(uint64).max);
        _publish(e1);
        _ripen();
        _epoch(e1 + 1);
        _refused(e1 + 1, _step(e1 + 1, id), abi.encodeWithSelector(IEpochLedger.StepIsRight.selector));
        _ripen();
        _meter(e1 + 2);
        leavesOf[e1 + 2][0].rent -= 1;
        _publish(e1 + 2);
        _challenge(e1 + 2, _step(e1 + 2, id));
        _eq(ledger.latestEpoch(), e1 + 1, "cancelled");
    }

    // What it leaves

    struct Random {
        uint8 method;
        uint16 takeOrPay;
        uint32 rate;
        uint64 target;
        uint16 bps;
        uint96 price;
        uint96 floor;
        uint96 value;
        bytes32 source;
    }

    function testFuzz_AnHonestStepIsNeverCancelled(Random memory x, MeteringRecord memory r) public {
        LeaseTerms memory t = _terms();
        t.method = uint8(_bound(x.method, 0, 3));
        t.price = uint96(_bound(x.price, 1, 1e12));
        t.floorPrice = uint96(_bound(x.floor, 0, 1e6));
        t.ceilingPrice = uint96(_bound(x.price, t.floorPrice + 1, 1e8));
        t.rateBps = uint32(_bound(x.rate, 1, type(uint32).max));
        t.takeOrPayBps = uint16(_bound(x.takeOrPay, 0, 10_000));
        t.efficiencyTarget = x.target;
        t.slaBps = uint16(_bound(x.bps, 0, 10_000));
        t.slaCreditCapBps = uint16(_bound(x.bps / 3, 0, 10_000));
        t.curtailLimitBps = uint16(_bound(x.bps / 7, 0, 10_000));
        t.epochs = 7;
        dollar.mint(lessee, 1e24);
        t.startEpoch = e1 + 1;
        uint256 lease = _let(t);
        _epoch(e1);
        for (uint32 e = e1 + 1; e < e1 + 3; ++e) {
            _meter(e);
            (r.leaseId, r.epoch) = (lease, e);
            (r.indexValue, r.revenueSource) = (x.value, x.source);
            if (x.value % 2 == 0) r.indexEpoch = e;
            recordOf[e][lease] = r;
            leavesOf[e][2] = math.nextLeaf(t, _previous(e, lease), r, LENGTH);
            _publish(e);
            _refused(e, _step(e, lease), abi.encodeWithSelector(IEpochLedger.StepIsRight.selector));
            r.loadBps /= 2;
        }
    }

    // What it refuses

    function test_RevertWhen_TheStepIsRight() public {
        _epoch(e1);
        _refused(e1, _step(e1, id), abi.encodeWithSelector(IEpochLedger.StepIsRight.selector));
        _refused(e1, _step(e1, other), abi.encodeWithSelector(IEpochLedger.StepIsRight.selector));
    }

    function test_RevertWhen_TheRootIsActive() public {
        _lie();
        Step memory step = _step(e1, id);
        _ripen();
        _refused(e1, step, abi.encodeWithSelector(IEpochLedger.AlreadyActive.selector, e1));
        vm.warp(block.timestamp - 1);
        _challenge(e1, step);
    }

    function test_RevertWhen_TheLeafIsNotInTheTree() public {
        _lie();
        Step memory step = _step(e1, id);
        step.leaf.rent += 1;
        _refused(e1, step, abi.encodeWithSelector(IEpochLedger.UnknownRoot.selector, e1));
        step = _step(e1, id);
        _refused(e1 + 1, step, abi.encodeWithSelector(IEpochLedger.UnknownRoot.selector, e1 + 1));
    }

    function test_RevertWhen_ThePreviousLeafIsNotInTheTreeBefore() public {
        _lie();
        Step memory step = _step(e1, id);
        step.previous.rent += 1;
        _refused(e1, step, abi.encodeWithSelector(IEpochLedger.UnknownRoot.selector, start));
        EpochLeaf memory empty;
        (step.previous, step.previousProof) = (empty, new bytes32[](0));
        _refused(e1, step, abi.encodeWithSelector(IEpochLedger.UnknownRoot.selector, start));
    }

    function test_RevertWhen_TermsLeafAndPreviousAreOfDifferentLeases() public {
        _lie();
        Step memory step = _step(e1, id);
        step.terms = lets[1];
        _refused(e1, step, abi.encodeWithSelector(IEpochLedger.OtherLease.selector, id, other));
        step = _step(e1, id);
        (step.previous, step.previousProof) = (_step(e1, other).previous, _step(e1, other).previousProof);
        _refused(e1, step, abi.encodeWithSelector(IEpochLedger.OtherLease.selector, other, id));
    }

    function test_RevertWhen_TheLeaseIsUnknown() public {
        _meter(e1);
        LeaseTerms memory t = _terms();
        uint256 unknown = book.leaseId(t);
        leavesOf[e1][0].leaseId = unknown;
        _publish(e1);
        Step memory step = _step(e1, unknown);
        step.terms = t;
        _refused(e1, step, abi.encodeWithSelector(IEpochLedger.UnknownLease.selector, unknown));
    }

    function test_RevertWhen_AFirstLeafIsSaidToHaveOneBeforeIt() public {
        LeaseTerms memory t = _terms();
        t.startEpoch = e1 + 1;
        uint256 fresh = _let(t);
        _epoch(e1);
        _epoch(e1 + 1);
        Step memory step = _step(e1 + 1, fresh);
        step.previous.rent = 1;
        _refused(e1 + 1, step, abi.encodeWithSelector(IEpochLedger.PreviousNotEmpty.selector));
    }

    function test_RevertWhen_TheRecordIsNotTheLeafs() public {
        _lie();
        Step memory step = _step(e1, id);
        step.record.loadBps += 1;
        bytes32 hash = keccak256(abi.encode(step.record));
        _refused(e1, step, abi.encodeWithSelector(IEpochLedger.RecordMismatch.selector, hash));
    }

    // What it pays

    function test_APosterThatChallengesItselfLosesHalf() public {
        address poster = address(0x905E);
        dollar.mint(poster, ROOT_BOND);
        _lie();
        Step memory step = _step(e1, id);
        vm.prank(poster);
        ledger.challenge(e1, step);
        ledger.collect(poster);
        _eq(dollar.balanceOf(poster), ROOT_BOND + ROOT_BOND / 2, "half back");
        _eq(ledger.bond(), 2 * ROOT_BOND, "for a whole");
    }

    function test_WithoutABondNothingIsPostedAndNothingIsWon() public {
        _deployWithLongWindow();
        for (uint32 e = start; e < start + 3; ++e) {
            _meter(e);
            leavesOf[e][0].rent += 1;
            _publish(e);
        }
        // The lie upon a lie is one of its own.
        for (uint32 e = start + 2; e >= start; --e) _challenge(e, _step(e, id));
        _eq(ledger.creditOf(stranger), 3 * (uint256(ROOT_BOND) / 2), "three bonds stood");
        _eq(ledger.bond(), 0, "none is left");
        EpochRoot memory r = _root(start, keccak256("root"));
        r.previousRoot = 0;
        bytes[] memory signatures = _attest(r);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.BondTooSmall.selector, 0, ROOT_BOND));
        ledger.post(r, signatures);
    }

    // Two leaves

    function _twoLeaves() private returns (EpochLeaf memory a, EpochLeaf memory b) {
        _meter(e1);
        leavesOf[e1].push(leavesOf[e1][0]);
        leavesOf[e1][2].rent += 5;
        _publish(e1);
        return (leavesOf[e1][0], leavesOf[e1][2]);
    }

    function test_CancelsTwoLeavesOfOneLease() public {
        (EpochLeaf memory a, EpochLeaf memory b) = _twoLeaves();
        bytes32[] memory proofA = Tree.proof(nodesOf[e1], 0);
        bytes32[] memory proofB = Tree.proof(nodesOf[e1], 2);
        vm.expectEmit(address(ledger));
        emit IEpochLedger.RootsCancelled(e1, e1, 0, stranger, ROOT_BOND / 2, ROOT_BOND - ROOT_BOND / 2);
        vm.prank(stranger);
        ledger.challengeTwoLeaves(e1, a, proofA, b, proofB);
        _eq(ledger.latestEpoch(), start, "cancelled");
    }

    function test_RevertWhen_TheTwoLeavesAreOneOrOfTwoLeases() public {
        (EpochLeaf memory a, EpochLeaf memory b) = _twoLeaves();
        bytes32[] memory proofA = Tree.proof(nodesOf[e1], 0);
        bytes32[] memory proofB = Tree.proof(nodesOf[e1], 2);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.SameLeaf.selector));
        ledger.challengeTwoLeaves(e1, a, proofA, a, proofA);
        EpochLeaf memory c = leavesOf[e1][1];
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.OtherLease.selector, id, other));
        ledger.challengeTwoLeaves(e1, a, proofA, c, proofB);
        b.rent += 1;
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.UnknownRoot.selector, e1));
        ledger.challengeTwoLeaves(e1, a, proofA, b, proofB);
        b.rent -= 1;
        _ripen();
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.AlreadyActive.selector, e1));
        ledger.challengeTwoLeaves(e1, a, proofA, b, proofB);
    }

    /// @dev Everything anew with five epochs of window, the same two leases in it, nothing posted.
    function _deployWithLongWindow() private {
        for (uint32 e = start; e < start + 5; ++e) delete leavesOf[e];
        _setUp(5 * LENGTH);
        delete lets;
        delete letIds;
        (id, other) = (_let(_terms()), _let(_terms()));
        dollar.mint(stranger, 1e12);
        vm.prank(stranger);
        dollar.approve(address(ledger), type(uint256).max);
    }
}
