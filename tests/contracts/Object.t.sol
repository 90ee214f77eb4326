// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IEpochLedger, Objection, Resolution, Step} from "../../contracts/interfaces/IEpochLedger.sol";
import {ILeaseClaims} from "../../contracts/interfaces/ILeaseClaims.sol";
import {LeaseTerms} from "../../contracts/types/Lease.sol";
import {Steps} from "./helpers/Steps.sol";
import {vm} from "./helpers/Vm.sol";

/// @dev object, resolveByQuorum, resolveByParties, resolveBySilence and dropObjection.
contract ObjectTest is Steps {
    uint256 private id;
    uint32 private e1;
    uint96 private first; // rent of the epoch before the one objected to
    uint96 private increment;
    uint96 private constant MINIMUM = 1_338_624_000; // 70 % of 32 × 24 × 2.49 dollars

    function setUp() public override {
        super.setUp();
        id = _let(_terms());
        e1 = start + 1;
        _epoch(start);
        _epoch(e1);
        first = leavesOf[start][0].rent;
        increment = leavesOf[e1][0].rent - first;
    }

    function _object() private {
        Step memory step = _step(e1, id);
        vm.prank(lessee);
        ledger.object(e1, step, 0, "");
    }

    function _objectionSignature(uint256 key, bytes32 root, uint256 deadline) private view returns (bytes memory) {
        bytes32 typehash = keccak256("Objection(uint256 leaseId,uint32 epoch,bytes32 root,uint256 deadline)");
        bytes32 structHash = keccak256(abi.encode(typehash, id, e1, root, deadline));
        return _sign(key, _digest("ComputeRwa EpochLedger", address(ledger), structHash));
    }

    function _resolution(uint96 granted) private view returns (Resolution memory) {
        return Resolution(id, e1, ledger.attempt(), granted);
    }

    function _quorum(Resolution memory r) private view returns (bytes[] memory signatures) {
        signatures = new bytes[](2);
        for (uint256 i; i < 2; ++i) signatures[i] = _sign(attestorKeys[i], ledger.resolutionDigest(r));
    }

    function _decide(uint96 granted) private {
        Resolution memory r = _resolution(granted);
        ledger.resolveByQuorum(r, _quorum(r));
    }

    function _rent() private returns (uint256) {
        _sync(e1, id);
        return claims.seriesOf(id).applied;
    }

    // object

    function test_HoldsBackTheEpochsRentAndNothingElse() public {
        uint256 before = dollar.balanceOf(lessee);
        vm.expectEmit(address(ledger));
        emit IEpochLedger.Objected(id, e1, lessee, increment, MINIMUM, uint40(block.timestamp + WINDOW));
        vm.expectEmit(address(claims));
        emit ILeaseClaims.HeldBack(id, increment);
        _object();
        _eq(before - dollar.balanceOf(lessee), DISPUTE_BOND, "bond");
        _eq(claims.sidelineOf(id).held, increment, "held");
        _eq(claims.sidelineOf(id).objections, 1, "objections");
        _ripen();
        _eq(_rent(), first, "the epoch before is paid");
        _ripen();
        _epoch(e1 + 1);
        _ripen();
        _sync(e1 + 1, id);
        _eq(claims.seriesOf(id).applied, leavesOf[e1 + 1][0].rent - increment, "and the epoch after");
    }

    function test_IsSentByAnybodyWithTheLesseesSignature() public {
        Step memory step = _step(e1, id);
        uint256 deadline = block.timestamp;
        ledger.object(e1, step, deadline, _objectionSignature(LESSEE_KEY, nodesOf[e1][0], deadline));
        Objection memory o = ledger.objectionOf(id, e1);
        _eq(o.lessee, lessee, "lessee");
        _eq(o.provider, provider, "provider");
        _eq(o.increment, increment, "increment");
        _eq(o.minimum, MINIMUM, "minimum");
        _eq(o.posted, block.timestamp, "posted");
        _eq(o.decideBy, block.timestamp + WINDOW, "decideBy");
    }

    function test_RevertWhen_TheLesseeHasNotSigned() public {
        Step memory step = _step(e1, id);
        bytes memory signature = _objectionSignature(PROVIDER_KEY, nodesOf[e1][0], block.timestamp);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.InvalidLesseeSignature.selector));
        ledger.object(e1, step, block.timestamp, signature);
        signature = _objectionSignature(LESSEE_KEY, keccak256("another root"), block.timestamp);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.InvalidLesseeSignature.selector));
        ledger.object(e1, step, block.timestamp, signature);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.SignatureExpired.selector, block.timestamp - 1));
        ledger.object(e1, step, block.timestamp - 1, signature);
    }

    function test_RevertWhen_ObjectedBefore() public {
        _object();
        Step memory step = _step(e1, id);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.AlreadyObjected.selector, id, e1));
        vm.prank(lessee);
        ledger.object(e1, step, 0, "");
    }

    /// @dev The same rent would be held back twice, and a signature could be used again against its signer.
    function test_RevertWhen_TheRootWasObjectedToAndDecided() public {
        Step memory step = _step(e1, id);
        bytes memory signature = _objectionSignature(LESSEE_KEY, nodesOf[e1][0], type(uint256).max);
        ledger.object(e1, step, type(uint256).max, signature);
        _decide(0);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.AlreadyObjected.selector, id, e1));
        ledger.object(e1, step, type(uint256).max, signature);
        _eq(claims.sidelineOf(id).held, increment, "held once");
    }

    function test_RevertWhen_TheEpochAsksNothing() public {
        _ripen();
        _meter(e1 + 1);
        leavesOf[e1 + 1][0].rent = leavesOf[e1][0].rent;
        _publish(e1 + 1);
        Step memory step = _step(e1 + 1, id);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.NothingToHold.selector, id, e1 + 1));
        vm.prank(lessee);
        ledger.object(e1 + 1, step, 0, "");
    }

    function test_RevertWhen_ObjectedToAnActiveRoot() public {
        Step memory step = _step(e1, id);
        _ripen();
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.AlreadyActive.selector, e1));
        vm.prank(lessee);
        ledger.object(e1, step, 0, "");
    }

    function test_TheRecordIsNotLookedAt() public {
        Step memory step = _step(e1, id);
        step.record.leaseId = 1;
        vm.prank(lessee);
        ledger.object(e1, step, 0, "");
        _eq(ledger.objectionOf(id, e1).increment, increment, "objected");
    }

    function test_AHugeLieHeldBackDoesNotStopALaterObjection() public {
        _ripen();
        _meter(e1 + 1);
        leavesOf[e1 + 1][0].rent = type(uint96).max;
        _publish(e1 + 1);
        _object(e1 + 1);
        _eq(claims.sidelineOf(id).held, type(uint96).max - leavesOf[e1][0].rent, "held");
        ledger.challenge(e1 + 1, _step(e1 + 1, id));
        ledger.dropObjection(id, e1 + 1);
        _eq(claims.sidelineOf(id).held, 0, "released");
        _epoch(e1 + 1);
        _object(e1 + 1);
        _eq(claims.sidelineOf(id).objections, 1, "objected again");
    }

    function _object(uint32 epoch) private {
        Step memory step = _step(epoch, id);
        vm.prank(lessee);
        ledger.object(epoch, step, 0, "");
    }

    // resolveByQuorum

    function test_TheQuorumGrantsAPart() public {
        _object();
        uint96 granted = increment / 3;
        Resolution memory r = _resolution(granted);
        bytes[] memory signatures = _quorum(r);
        vm.expectEmit(address(ledger));
        emit IEpochLedger.ObjectionResolved(id, e1, granted);
        ledger.resolveByQuorum(r, signatures);
        _eq(ledger.creditOf(lessee), DISPUTE_BOND, "the lessee was right in part");
        _eq(claims.sidelineOf(id).objections, 0, "decided");
        _ripen();
        _eq(_rent(), uint256(first) + granted, "rent");
        _eq(ledger.objectionOf(id, e1).increment, 0, "no objection stands");
    }

    function test_DigestOfAResolutionIsTheTypedStructs() public view {
        Resolution memory r = Resolution(1, 2, 3, 4);
        bytes32 typehash = keccak256("Resolution(uint256 leaseId,uint32 epoch,uint32 attempt,uint96 granted)");
        bytes32 digest = _digest("ComputeRwa EpochLedger", address(ledger), keccak256(abi.encode(typehash, r)));
        _true(ledger.resolutionDigest(r) == digest, "digest");
    }

    /// @dev Bit 3 of the flags: a sync is due before the lessee may be refunded.
    function test_OnlyWhatIsGrantedAwaitsASync() public {
        _object();
        _decide(0);
        _eq(claims.seriesOf(id).flags & 8, 0, "nothing is");
        _epoch(e1 + 1);
        Step memory step = _step(e1 + 1, id);
        vm.prank(lessee);
        ledger.object(e1 + 1, step, 0, "");
        Resolution memory r = Resolution(id, e1 + 1, ledger.attempt(), 1);
        ledger.resolveByQuorum(r, _quorum(r));
        _eq(claims.seriesOf(id).flags & 8, 8, "a base unit is");
    }

    function test_TheBondIsTheProvidersWhenAllOfItIsGranted() public {
        _object();
        _decide(increment);
        _eq(ledger.creditOf(provider), DISPUTE_BOND, "provider");
        _eq(ledger.creditOf(lessee), 0, "lessee");
        _ripen();
        _eq(_rent(), uint256(first) + increment, "rent");
    }

    function test_RevertWhen_TheQuorumsWordIsOfAnotherAttemptOrTooMuch() public {
        _object();
        Resolution memory r = _resolution(1);
        r.attempt = 7;
        bytes[] memory signatures = _quorum(r);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.WrongAttempt.selector, 0, 7));
        ledger.resolveByQuorum(r, signatures);
        r = _resolution(increment + 1);
        signatures = _quorum(r);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.GrantTooLarge.selector, increment + 1, increment));
        ledger.resolveByQuorum(r, signatures);
    }

    function test_RevertWhen_FewerThanAQuorumDecide() public {
        _object();
        Resolution memory r = _resolution(0);
        bytes[] memory one = new bytes[](1);
        one[0] = _quorum(r)[0];
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.TooFewSignatures.selector, 1, 2));
        ledger.resolveByQuorum(r, one);
        bytes[] memory signatures = _quorum(r);
        r.granted = 1;
        vm.expectPartialRevert(IEpochLedger.NotAnAttestor.selector);
        ledger.resolveByQuorum(r, signatures);
    }

    function test_RevertWhen_NothingWasObjectedTo() public {
        bytes memory reason = abi.encodeWithSelector(IEpochLedger.NoObjection.selector, id, e1);
        Resolution memory r = _resolution(0);
        bytes[] memory signatures = _quorum(r);
        vm.expectRevert(reason);
        ledger.resolveByQuorum(r, signatures);
        vm.expectRevert(reason);
        ledger.resolveBySilence(id, e1);
        vm.expectRevert(reason);
        ledger.dropObjection(id, e1);
        _object();
        _decide(0);
        vm.expectRevert(reason);
        ledger.resolveByQuorum(r, signatures);
    }

    // resolveByParties

    function _agree(uint96 granted) private {
        Resolution memory r = _resolution(granted);
        bytes32 digest = ledger.resolutionDigest(r);
        ledger.resolveByParties(r, lets[0], _sign(PROVIDER_KEY, digest), _sign(LESSEE_KEY, digest));
    }

    function test_ThePartiesAgree() public {
        _object();
        uint96 granted = MINIMUM + 5;
        _agree(granted);
        _eq(ledger.creditOf(lessee), DISPUTE_BOND, "bond");
        _ripen();
        _eq(_rent(), uint256(first) + granted, "rent");
    }

    /// @dev Most of the rent is the holders', who have no say in it.
    function test_RevertWhen_ThePartiesAgreeAtTheHoldersCost() public {
        _object();
        uint96 least = uint96((uint256(MINIMUM) * 7_000) / 10_000);
        Resolution memory r = _resolution(least - 1);
        bytes32 digest = ledger.resolutionDigest(r);
        bytes memory providers = _sign(PROVIDER_KEY, digest);
        bytes memory lessees = _sign(LESSEE_KEY, digest);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.GrantTooSmall.selector, least - 1, least));
        ledger.resolveByParties(r, lets[0], providers, lessees);
        _agree(least);
    }

    function test_RevertWhen_APartyHasNotAgreed() public {
        _object();
        Resolution memory r = _resolution(MINIMUM);
        bytes32 digest = ledger.resolutionDigest(r);
        bytes memory providers = _sign(PROVIDER_KEY, digest);
        bytes memory lessees = _sign(LESSEE_KEY, digest);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.InvalidProviderSignature.selector));
        ledger.resolveByParties(r, lets[0], lessees, lessees);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.InvalidLesseeSignature.selector));
        ledger.resolveByParties(r, lets[0], providers, providers);
    }

    function test_RevertWhen_TheTermsAreOfAnotherLease() public {
        _object();
        LeaseTerms memory t = _terms();
        uint256 another = book.leaseId(t);
        Resolution memory r = _resolution(MINIMUM);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.OtherLease.selector, id, another));
        ledger.resolveByParties(r, t, "", "");
    }

    // resolveBySilence

    function test_SilenceGrantsTheTakeOrPayMinimum() public {
        _object();
        uint256 decideBy = block.timestamp + WINDOW;
        vm.warp(decideBy - 1);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.DecisionStillDue.selector, decideBy));
        ledger.resolveBySilence(id, e1);
        vm.warp(decideBy);
        ledger.resolveBySilence(id, e1);
        _eq(ledger.creditOf(lessee), DISPUTE_BOND, "bond");
        _eq(_rent(), uint256(first) + MINIMUM, "rent");
    }

    // dropObjection

    function test_AnObjectionToACancelledRootIsDropped() public {
        _object();
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.RootStands.selector, e1));
        ledger.dropObjection(id, e1);
        vm.prank(stranger);
        ledger.demandReveal(e1, id);
        vm.warp(block.timestamp + WINDOW + WINDOW / 2);
        ledger.cancelUnrevealed(e1, id);
        Resolution memory r = Resolution(id, e1, 0, 0);
        bytes[] memory signatures = _quorum(r);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.RootReplaced.selector, e1));
        ledger.resolveByQuorum(r, signatures);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.RootReplaced.selector, e1));
        ledger.resolveBySilence(id, e1);
        _epoch(e1);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.RootReplaced.selector, e1));
        ledger.resolveBySilence(id, e1);
        ledger.dropObjection(id, e1);
        _eq(claims.sidelineOf(id).held, 0, "nothing is held");
        _eq(ledger.creditOf(lessee), DISPUTE_BOND, "bond back");
        _object();
        _eq(claims.sidelineOf(id).held, increment, "the new root can be objected to");
    }

    function test_ARootThatLeftTheRingStands() public {
        _object();
        for (uint32 e = e1 + 1; e < e1 + 6; ++e) {
            _ripen();
            _epoch(e);
        }
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.RootStands.selector, e1));
        ledger.dropObjection(id, e1);
        ledger.resolveBySilence(id, e1);
        _eq(ledger.creditOf(lessee), DISPUTE_BOND, "decided");
    }

    // The end of a lease

    /// @dev Without it the lessee would take back what has just been granted, in one transaction with the decision.
    function test_RevertWhen_RefundedBeforeWhatWasGrantedIsSynced() public {
        vm.prank(provider);
        book.exit(lets[0], start + 9, 0, "");
        for (uint32 e = e1 + 1; e < start + 9; ++e) {
            _ripen();
            _epoch(e);
        }
        _ripen();
        _epoch(start + 9);
        vm.prank(lessee);
        book.fund(id, 0, 10 * CAP);
        _object(start + 9);
        uint256 decideBy = block.timestamp + WINDOW;
        _ripen();
        _sync(start + 9, id);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.NotFinal.selector, id));
        book.refund(lets[0]);
        vm.warp(decideBy);
        ledger.resolveBySilence(id, start + 9);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.NotFinal.selector, id));
        book.refund(lets[0]);
        uint256 before = claims.seriesOf(id).applied;
        _sync(start + 9, id);
        _eq(claims.seriesOf(id).applied - before, MINIMUM, "the grant is paid");
        uint256 escrow = claims.escrowOf(id);
        _true(escrow > 0, "something is left");
        _eq(book.refund(lets[0]), escrow, "refund");
    }
}
