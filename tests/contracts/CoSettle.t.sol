// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {CoSettlement, ILeaseBook} from "../../contracts/interfaces/ILeaseBook.sol";
import {ILeaseClaims, Settlement} from "../../contracts/interfaces/ILeaseClaims.sol";
import {Step} from "../../contracts/interfaces/IEpochLedger.sol";
import {LeaseTerms} from "../../contracts/types/Lease.sol";
import {Steps} from "./helpers/Steps.sol";
import {vm} from "./helpers/Vm.sol";

/// @dev settleByParties: the way out of a lease when nobody posts or its leaf is left out.
contract CoSettleTest is Steps {
    LeaseTerms private t;
    uint256 private id;
    /// @dev Take-or-pay minimum less the largest SLA credit, an epoch.
    uint96 private constant LEAST = 937_036_800;

    function setUp() public override {
        super.setUp();
        t = _terms();
        id = _let(t);
        vm.warp(uint256(start + LIVENESS) * LENGTH);
    }

    function _digestOf(CoSettlement memory c) private view returns (bytes32) {
        bytes32 typehash = keccak256("CoSettlement(uint256 leaseId,uint32 epoch,uint96 rent,uint256 deadline)");
        return _digest("ComputeRwa LeaseBook", address(book), keccak256(abi.encode(typehash, c)));
    }

    function _coSettle(CoSettlement memory c) private {
        bytes32 digest = _digestOf(c);
        vm.prank(stranger);
        book.settleByParties(c, t, _sign(PROVIDER_KEY, digest), _sign(LESSEE_KEY, digest));
    }

    function _refused(CoSettlement memory c, bytes memory reason) private {
        bytes32 digest = _digestOf(c);
        bytes memory providers = _sign(PROVIDER_KEY, digest);
        bytes memory lessees = _sign(LESSEE_KEY, digest);
        vm.expectRevert(reason);
        book.settleByParties(c, t, providers, lessees);
    }

    function _of(uint32 epoch, uint96 rent) private view returns (CoSettlement memory) {
        return CoSettlement(id, epoch, rent, block.timestamp);
    }

    function test_ThePartiesSettleWhenNobodyElseDoes() public {
        vm.expectEmit(address(book));
        emit ILeaseBook.CoSettled(id, start + 2, 5e9);
        _coSettle(_of(start + 2, 5e9));
        _eq(claims.seriesOf(id).applied, 5e9, "applied");
        _eq(claims.seriesOf(id).lastEpoch, start + 2, "lastEpoch");
    }

    function test_ThePartiesSettleToTheEndAndLeave() public {
        vm.warp(_endOf(start + 29));
        vm.prank(lessee);
        book.fund(id, 0, 50 * CAP);
        _coSettle(_of(start + 29, 30 * LEAST));
        uint256 escrow = claims.escrowOf(id);
        _eq(book.refund(t), escrow, "refund");
        _true(claims.claim(id, provider) > 0, "holders are paid");
    }

    function test_NoMoreThanTheTermsAllow() public {
        _coSettle(_of(start, type(uint96).max));
        _eq(claims.seriesOf(id).applied, CAP, "the cap of one epoch");
    }

    function test_RevertWhen_TheLeaseIsLive() public {
        vm.warp(block.timestamp - 1);
        _refused(_of(start, 2e9), abi.encodeWithSelector(ILeaseBook.StillLive.selector, start + LIVENESS));
    }

    function test_ASyncKeepsItLive() public {
        vm.warp(_endOf(start));
        _epoch(start);
        _ripen();
        _sync(start, id);
        vm.warp(uint256(start + LIVENESS) * LENGTH);
        _refused(_of(start + 1, 2e9), abi.encodeWithSelector(ILeaseBook.StillLive.selector, start + LIVENESS + 1));
    }

    function test_RevertWhen_TheEpochIsNotOneThatCanBeSettled() public {
        uint32 now_ = start + LIVENESS;
        _refused(_of(now_, 99e9), abi.encodeWithSelector(ILeaseBook.EpochNotOver.selector, now_));
        _refused(_of(start - 1, 99e9), abi.encodeWithSelector(ILeaseBook.EndTooEarly.selector, start));
        vm.warp(_endOf(start + 40));
        _refused(_of(start + 30, 99e9), abi.encodeWithSelector(ILeaseBook.EndTooLate.selector, start + 29));
    }

    function test_RevertWhen_ReplayedOrTooLate() public {
        CoSettlement memory c = _of(start + 2, 5e9);
        _coSettle(c);
        vm.warp(block.timestamp + 20 days);
        _refused(c, abi.encodeWithSelector(ILeaseBook.SignatureExpired.selector, c.deadline));
        c.deadline = type(uint256).max;
        _refused(c, abi.encodeWithSelector(ILeaseBook.EndTooEarly.selector, start + 3));
    }

    function test_RevertWhen_HoldersWouldBePaidTooLittle() public {
        _refused(_of(start + 2, 3 * LEAST - 1), abi.encodeWithSelector(ILeaseBook.RentTooLow.selector, 3 * LEAST));
        _coSettle(_of(start + 2, 3 * LEAST));
    }

    /// @dev What is held back comes off what is asked, so the least is beyond it.
    function test_RevertWhen_AnObjectionWouldEatTheHoldersLeast() public {
        vm.warp(_endOf(start));
        _epoch(start);
        Step memory step = _step(start, id);
        vm.prank(lessee);
        ledger.object(start, step, 0, "");
        uint96 held = claims.sidelineOf(id).held;
        vm.warp(uint256(start + LIVENESS) * LENGTH);
        uint96 least = held + 2 * LEAST;
        _refused(_of(start + 1, least - 1), abi.encodeWithSelector(ILeaseBook.RentTooLow.selector, least));
        _coSettle(_of(start + 1, least));
        _eq(claims.seriesOf(id).applied, 2 * LEAST, "applied");
    }

    /// @dev What a lie of 2^96 − 1 makes the lessee hold back must not stop the parties' way out.
    function test_AnObjectionToAnEnormousLieStopsNoSettlement() public {
        vm.warp(_endOf(start));
        _meter(start);
        leavesOf[start][0].rent = type(uint96).max;
        _publish(start);
        Step memory step = _step(start, id);
        vm.prank(lessee);
        ledger.object(start, step, 0, "");
        _eq(claims.sidelineOf(id).held, type(uint96).max, "held");
        vm.warp(uint256(start + LIVENESS) * LENGTH);
        uint96 most = type(uint96).max;
        _refused(_of(start + 1, most - 1), abi.encodeWithSelector(ILeaseBook.RentTooLow.selector, most));
        _coSettle(_of(start + 1, most));
        _eq(claims.seriesOf(id).lastEpoch, start + 1, "settled");
    }

    function test_RevertWhen_APartyHasNotSigned() public {
        CoSettlement memory c = _of(start, 2e9);
        bytes32 digest = _digestOf(c);
        bytes memory providers = _sign(PROVIDER_KEY, digest);
        bytes memory lessees = _sign(LESSEE_KEY, digest);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.InvalidProviderSignature.selector));
        book.settleByParties(c, t, lessees, lessees);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.InvalidLesseeSignature.selector));
        book.settleByParties(c, t, providers, providers);
    }

    function test_RevertWhen_TheTermsAreOfAnotherLeaseOrOfNone() public {
        CoSettlement memory c = _of(start, 2e9);
        c.leaseId = 5;
        _refused(c, abi.encodeWithSelector(ILeaseBook.OtherLease.selector, 5, id));
        t.salt = "never originated";
        _refused(c, abi.encodeWithSelector(ILeaseBook.UnknownLease.selector, book.leaseId(t)));
    }

    function test_OnlyBookAndLedgerSettle() public {
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.OnlyEpochLedger.selector));
        claims.settle(new Settlement[](0));
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.OnlyEpochLedger.selector));
        claims.hold(id, 1);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.OnlyEpochLedger.selector));
        claims.release(id, 1);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.OnlyLeaseBook.selector));
        claims.shorten(id, 1, false);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.OnlyLeaseBook.selector));
        claims.refund(id, stranger);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.OnlyLeaseBook.selector));
        claims.payProvider(id, stranger);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.OnlyLeaseBook.selector));
        claims.addFunds(id, 0, lessee, 1);
    }
}
