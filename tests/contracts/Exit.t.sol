// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {ILeaseBook, LeaseStatus} from "../../contracts/interfaces/ILeaseBook.sol";
import {ILeaseClaims} from "../../contracts/interfaces/ILeaseClaims.sol";
import {LeaseTerms} from "../../contracts/types/Lease.sol";
import {Fixture} from "./helpers/Fixture.sol";
import {vm} from "./helpers/Vm.sol";

/// @dev exit, noticeCurtailment, and what is left after the end.
contract ExitTest is Fixture {
    LeaseTerms private t;
    uint256 private id;

    function setUp() public override {
        super.setUp();
        t = _terms();
        t.deposit = 5e9;
        id = book.originate(_signed(t));
    }

    function _exitSignature(uint256 key, uint32 end, uint256 deadline) private view returns (bytes memory) {
        bytes32 typehash = keccak256("Exit(uint256 leaseId,uint32 endEpoch,uint256 deadline)");
        bytes32 structHash = keccak256(abi.encode(typehash, id, end, deadline));
        return _sign(key, _digest("ComputeRwa LeaseBook", address(book), structHash));
    }

    function _exit(address by, uint32 end) private {
        vm.prank(by);
        book.exit(t, end, 0, "");
    }

    // exit

    function test_EitherPartyEndsTheLeaseEarly() public {
        _warpPast(start);
        vm.expectEmit(address(book));
        emit ILeaseBook.LeaseExited(id, lessee, start + 9);
        vm.expectEmit(address(claims));
        emit ILeaseClaims.Shortened(id, 10);
        _exit(lessee, start + 9);
        _eq(claims.boundsOf(id).epochs, 10, "epochs");
        vm.expectEmit(address(book));
        emit ILeaseBook.LeaseExited(id, provider, start + 8);
        _exit(provider, start + 8);
        _eq(claims.boundsOf(id).epochs, 9, "an end moves nearer");
    }

    function test_AnybodySendsAPartysSignature() public {
        uint256 deadline = block.timestamp;
        bytes memory signature = _exitSignature(PROVIDER_KEY, start + 9, deadline);
        vm.expectEmit(address(book));
        emit ILeaseBook.LeaseExited(id, provider, start + 9);
        vm.prank(stranger);
        book.exit(t, start + 9, deadline, signature);
        signature = _exitSignature(LESSEE_KEY, start + 8, deadline);
        vm.expectEmit(address(book));
        emit ILeaseBook.LeaseExited(id, lessee, start + 8);
        vm.prank(stranger);
        book.exit(t, start + 8, deadline, signature);
    }

    function test_ASignatureUsedAgainChangesNothing() public {
        uint256 deadline = type(uint256).max;
        bytes memory signature = _exitSignature(PROVIDER_KEY, start + 9, deadline);
        book.exit(t, start + 9, deadline, signature);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.EndTooLate.selector, start + 9));
        book.exit(t, start + 9, deadline, signature);
        _exit(lessee, start + 8);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.EndTooLate.selector, start + 8));
        book.exit(t, start + 9, deadline, signature);
    }

    function test_RevertWhen_NoPartyExits() public {
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.NotAParty.selector));
        _exit(stranger, start + 9);
        bytes memory signature = _exitSignature(ALICE_KEY, start + 9, block.timestamp);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.NotAParty.selector));
        book.exit(t, start + 9, block.timestamp, signature);
        signature = _exitSignature(LESSEE_KEY, start + 9, block.timestamp - 1);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.SignatureExpired.selector, block.timestamp - 1));
        book.exit(t, start + 9, block.timestamp - 1, signature);
    }

    function test_RevertWhen_TheNoticeIsNotKept() public {
        vm.warp(_endOf(start + 1));
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.EndTooEarly.selector, start + 9));
        _exit(lessee, start + 8);
        _exit(lessee, start + 9);
    }

    function test_NoLeaseEndsBeforeItsStart() public {
        LeaseTerms memory late = _terms();
        (late.startEpoch, late.noticeEpochs) = (start + 20, 1);
        book.originate(_signed(late));
        vm.startPrank(lessee);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.EndTooEarly.selector, start + 20));
        book.exit(late, start + 19, 0, "");
        book.exit(late, start + 20, 0, "");
        vm.stopPrank();
    }

    function test_RevertWhen_TheEndIsNotNearer() public {
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.EndTooLate.selector, start + 29));
        _exit(lessee, start + 29);
        _exit(lessee, start + 28);
    }

    function test_RevertWhen_TheLeaseIsUnknown() public {
        LeaseTerms memory unknown = _terms();
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.UnknownLease.selector, book.leaseId(unknown)));
        book.exit(unknown, start + 9, 0, "");
    }

    function test_AfterTheEndTheLesseeHasItsEscrowAndDepositBack() public {
        _exit(lessee, start + 6);
        for (uint32 e = start; e < start + 6; ++e) _settle(id, e, uint96(1e9) * (e - start + 1));
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.NotFinal.selector, id));
        book.refund(t);
        _settle(id, start + 6, 7e9);
        _true(book.statusOf(id) == LeaseStatus.Ended, "ended");
        uint256 before = dollar.balanceOf(lessee);
        book.refund(t);
        _eq(dollar.balanceOf(lessee) - before, 7 * uint256(CAP) - 7e9 + 5e9, "escrow and deposit");
        _eq(book.refund(t), 0, "once");
        _eq(claims.escrowOf(id), 0, "escrow");
        _eq(claims.depositOf(id), 0, "deposit");
    }

    function test_AnEndedLeaseTakesNoLeafBeyondItsEnd() public {
        _exit(lessee, start + 6);
        for (uint32 e = start; e < start + 7; ++e) _settle(id, e, uint96(1e9) * (e - start + 1));
        _settle(id, start + 7, 8e9);
        _eq(claims.seriesOf(id).applied, 7e9, "applied");
        _eq(claims.seriesOf(id).lastEpoch, start + 6, "lastEpoch");
    }

    // refundTo and payProviderTo

    function test_ThePartiesNameWhereTheirMoneyGoes() public {
        _exit(lessee, start + 6);
        for (uint32 e = start; e < start + 7; ++e) _settle(id, e, uint96(1e9) * (e - start + 1));
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.NotAParty.selector));
        book.refundTo(t, stranger);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.NotAParty.selector));
        book.payProviderTo(t, stranger);
        uint256 due = claims.providerDue(id);
        vm.prank(provider);
        _eq(book.payProviderTo(t, bob), due, "provider");
        _eq(dollar.balanceOf(bob), due, "paid to bob");
        vm.prank(lessee);
        uint256 back = book.refundTo(t, alice);
        _eq(dollar.balanceOf(alice), back, "paid to alice");
        _eq(back, 7 * uint256(CAP) - 7e9 + 5e9, "refund");
    }

    // noticeCurtailment

    function _curtailmentSignature(uint256 key, uint32 through, uint256 deadline) private view returns (bytes memory) {
        bytes32 typehash = keccak256("Curtailment(uint256 leaseId,uint32 throughEpoch,uint256 deadline)");
        bytes32 structHash = keccak256(abi.encode(typehash, id, through, deadline));
        return _sign(key, _digest("ComputeRwa LeaseBook", address(book), structHash));
    }

    function test_TheProviderGivesNoticeOfCurtailment() public {
        vm.warp(uint256(start) * LENGTH);
        vm.expectEmit(address(book));
        emit ILeaseBook.CurtailmentNoticed(id, start + 1);
        vm.prank(provider);
        book.noticeCurtailment(t, start + 1, 0, "");
        _eq(book.curtailedThrough(id), start + 1, "through");
        _true(book.statusOf(id) == LeaseStatus.Curtailed, "curtailed");
        vm.warp(_endOf(start + 1));
        _true(book.statusOf(id) == LeaseStatus.Active, "active again");
        book.noticeCurtailment(
            t,
            start + 2,
            block.timestamp,
            _curtailmentSignature(PROVIDER_KEY, start + 2, block.timestamp)
        );
        _true(book.statusOf(id) == LeaseStatus.Curtailed, "by signature");
    }

    function test_RevertWhen_AnotherGivesNoticeOfCurtailment() public {
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.NotAParty.selector));
        vm.prank(lessee);
        book.noticeCurtailment(t, start, 0, "");
        bytes memory signature = _curtailmentSignature(LESSEE_KEY, start, block.timestamp);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.NotAParty.selector));
        book.noticeCurtailment(t, start, block.timestamp, signature);
    }

    function test_RevertWhen_TheLeaseIsNotInterruptible() public {
        LeaseTerms memory firm = _terms();
        firm.curtailLimitBps = 0;
        uint256 firmId = book.originate(_signed(firm));
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.NotInterruptible.selector, firmId));
        vm.prank(provider);
        book.noticeCurtailment(firm, start, 0, "");
    }
}
