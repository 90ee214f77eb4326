// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {Funding, ILeaseBook, Permit} from "../../contracts/interfaces/ILeaseBook.sol";
import {ILeaseClaims} from "../../contracts/interfaces/ILeaseClaims.sol";
import {LeaseTerms} from "../../contracts/types/Lease.sol";
import {Wallet} from "./helpers/Actors.sol";
import {Fixture} from "./helpers/Fixture.sol";
import {vm} from "./helpers/Vm.sol";

contract FundTest is Fixture {
    uint256 private id;
    LeaseTerms private terms;
    Permit private noPermit;

    function setUp() public override {
        super.setUp();
        terms = _terms();
        id = book.originate(_signed(terms));
        dollar.mint(alice, 1e12);
        vm.prank(alice);
        dollar.approve(address(claims), type(uint256).max);
    }

    function _funding(uint96 amount, uint256 nonce) private view returns (Funding memory) {
        return Funding(id, 0, amount, alice, nonce, block.timestamp + 1 hours);
    }

    function _signedFunding(Funding memory f) private view returns (bytes memory) {
        return _sign(ALICE_KEY, _fundingDigest(f));
    }

    // fund

    function test_FundAddsToTheEscrow() public {
        vm.expectEmit(address(claims));
        emit ILeaseClaims.Funded(id, 0, alice, 5e6);
        vm.prank(alice);
        book.fund(id, 0, 5e6);
        _eq(claims.escrowOf(id), 7 * CAP + 5e6, "escrow");
        _eq(dollar.balanceOf(address(claims)), 7 * CAP + 5e6, "held");
    }

    function test_RevertWhen_FundingAnUnknownLease() public {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.UnknownLease.selector, 1));
        book.fund(1, 0, 5e6);
    }

    function test_RevertWhen_FundingALineThatDoesNotExist() public {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.UnsupportedFunding.selector, 4));
        book.fund(id, 4, 5e6);
    }

    function test_RevertWhen_FundedBeyond88Bits() public {
        dollar.mint(alice, type(uint96).max);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.FundingTooLarge.selector));
        book.fund(id, 0, type(uint96).max);
    }

    function test_RevertWhen_FundsAreAddedByAnotherThanTheBook() public {
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.OnlyLeaseBook.selector));
        claims.addFunds(id, 0, alice, 5e6);
    }

    // fundWithSignature

    function test_SignedFundingPullsFromThePayer() public {
        Funding memory f = _funding(5e6, 7);
        bytes memory signature = _signedFunding(f);
        vm.prank(stranger);
        book.fundWithSignature(f, signature, noPermit);
        _eq(claims.escrowOf(id), 7 * CAP + 5e6, "escrow");
        _true(book.nonceUsed(alice, 7), "nonce");
        _true(!book.nonceUsed(alice, 8), "next nonce");
    }

    function test_SignedFundingWithPermitNeedsNoAllowance() public {
        vm.prank(alice);
        dollar.approve(address(claims), 0);
        Funding memory f = _funding(5e6, 0);
        Permit memory permit = _permit(ALICE_KEY, 5e6);
        book.fundWithSignature(f, _signedFunding(f), permit);
        _eq(claims.escrowOf(id), 7 * CAP + 5e6, "escrow");
    }

    function test_SignedFundingSurvivesAPermitSentAhead() public {
        vm.prank(alice);
        dollar.approve(address(claims), 0);
        Funding memory f = _funding(5e6, 0);
        Permit memory p = _permit(ALICE_KEY, 5e6);
        vm.prank(stranger);
        dollar.permit(alice, address(claims), p.value, p.deadline, p.v, p.r, p.s);
        book.fundWithSignature(f, _signedFunding(f), p);
        _eq(claims.escrowOf(id), 7 * CAP + 5e6, "escrow");
    }

    function test_SignedFundingByAContractWallet() public {
        Wallet wallet = new Wallet(alice);
        dollar.mint(address(wallet), 5e6);
        wallet.approve(dollar, address(claims));
        Funding memory f = _funding(5e6, 0);
        f.payer = address(wallet);
        book.fundWithSignature(f, _signedFunding(f), noPermit);
        _eq(claims.escrowOf(id), 7 * CAP + 5e6, "escrow");
    }

    /// @dev The permit lets LeaseClaims take the money; only alice's order says for which lease.
    function test_RevertWhen_AStrangerDirectsAPermit() public {
        uint256 other = _originate();
        Funding memory f = _funding(5e6, 0);
        bytes memory signature = _signedFunding(f);
        Permit memory permit = _permit(ALICE_KEY, 5e6);
        f.leaseId = other;
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.InvalidPayerSignature.selector));
        book.fundWithSignature(f, signature, permit);
    }

    function test_RevertWhen_TheOrderIsAltered() public {
        for (uint256 i; i < 5; ++i) {
            Funding memory f = _funding(5e6, 0);
            bytes memory signature = _signedFunding(f);
            if (i == 0) f.kind = 1;
            else if (i == 1) f.amount += 1;
            else if (i == 2) f.payer = lessee;
            else if (i == 3) f.nonce = 1;
            else f.deadline += 1;
            vm.expectRevert(abi.encodeWithSelector(ILeaseBook.InvalidPayerSignature.selector));
            book.fundWithSignature(f, signature, noPermit);
        }
    }

    function test_RevertWhen_TheOrderIsReplayed() public {
        Funding memory f = _funding(5e6, 3);
        bytes memory signature = _signedFunding(f);
        book.fundWithSignature(f, signature, noPermit);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.NonceUsed.selector, alice, 3));
        book.fundWithSignature(f, signature, noPermit);
    }

    function test_RevertWhen_TheOrderIsTooOld() public {
        Funding memory f = _funding(5e6, 0);
        bytes memory signature = _signedFunding(f);
        vm.warp(f.deadline);
        book.fundWithSignature(f, signature, noPermit);
        f = _funding(5e6, 1);
        signature = _signedFunding(f);
        vm.warp(f.deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.SignatureExpired.selector, f.deadline));
        book.fundWithSignature(f, signature, noPermit);
    }

    function test_RevertWhen_TheNonceWasCancelled() public {
        Funding memory f = _funding(5e6, 300);
        bytes memory signature = _signedFunding(f);
        vm.expectEmit(address(book));
        emit ILeaseBook.NonceCancelled(alice, 300);
        vm.prank(alice);
        book.cancelNonce(300);
        _true(book.nonceUsed(alice, 300), "used");
        _true(!book.nonceUsed(alice, 44) && !book.nonceUsed(alice, 556), "and no other of the same bit");
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.NonceUsed.selector, alice, 300));
        book.fundWithSignature(f, signature, noPermit);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.NonceUsed.selector, alice, 300));
        book.cancelNonce(300);
    }

    function test_RevertWhen_SignedFundingNamesAnUnknownLease() public {
        Funding memory f = _funding(5e6, 0);
        f.leaseId = 1;
        bytes memory signature = _signedFunding(f);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.UnknownLease.selector, 1));
        book.fundWithSignature(f, signature, noPermit);
    }

    // payProvider

    function test_PaysTheProviderItsShareOnce() public {
        _settle(id, start, 1_000_000_000);
        vm.expectEmit(address(claims));
        emit ILeaseClaims.ProviderPaid(id, provider, 180_000_000);
        vm.prank(stranger);
        uint256 paid = book.payProvider(terms);
        _eq(paid, 180_000_000, "80 % and 2 % leave 18 %");
        _eq(dollar.balanceOf(provider), 180_000_000, "received");
        _eq(book.payProvider(terms), 0, "nothing is left");
        _eq(dollar.balanceOf(provider), 180_000_000, "received once");
    }

    function test_RevertWhen_PayingTheProviderOfUnknownTerms() public {
        LeaseTerms memory t = terms;
        t.provider = stranger;
        uint256 other = book.leaseId(t);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.UnknownLease.selector, other));
        book.payProvider(t);
    }

    function test_RevertWhen_TheProviderIsPaidByAnotherThanTheBook() public {
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.OnlyLeaseBook.selector));
        claims.payProvider(id, stranger);
    }

    // refund

    function _finish(uint96 rent) private {
        _settle(id, start, rent);
        for (uint32 i = 1; i < 30; ++i) _settle(id, start + i, rent);
    }

    function test_RefundsUnusedEscrowAfterTheFinalLeaf() public {
        _finish(1_000_000_000);
        uint256 before = dollar.balanceOf(lessee);
        vm.expectEmit(address(claims));
        emit ILeaseClaims.Refunded(id, lessee, 7 * CAP - 1_000_000_000);
        vm.prank(stranger);
        book.refund(terms);
        _eq(dollar.balanceOf(lessee) - before, 7 * CAP - 1_000_000_000, "refunded");
        _eq(claims.escrowOf(id), 0, "escrow");
        _eq(book.refund(terms), 0, "nothing is left");
        _eq(claims.claimable(id, provider), 800_000_000, "holders keep theirs");
    }

    function test_RevertWhen_TheFinalLeafIsNotApplied() public {
        for (uint32 i; i < 29; ++i) _settle(id, start + i, 1_000_000_000);
        vm.warp(_endOf(start + 60));
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.NotFinal.selector, id));
        book.refund(terms);
        _settle(id, start + 29, 1_000_000_000);
        book.refund(terms);
    }

    function test_RevertWhen_RefundedWhileShort() public {
        _finish(8 * CAP);
        vm.prank(alice);
        book.fund(id, 0, 2 * CAP);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.NotFinal.selector, id));
        book.refund(terms);
        ledger.sync(start + 29, _leaf(id, start + 29, 8 * CAP), new bytes32[](0));
        _eq(book.refund(terms), CAP, "arrears come first");
    }

    function test_RevertWhen_RefundedByAnotherThanTheBook() public {
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.OnlyLeaseBook.selector));
        claims.refund(id, stranger);
    }

    function test_RevertWhen_RefundingUnknownTerms() public {
        LeaseTerms memory t = terms;
        t.lessee = stranger;
        uint256 other = book.leaseId(t);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.UnknownLease.selector, other));
        book.refund(t);
    }

    function test_MoneyThatComesAfterTheRefundGoesBackToo() public {
        _finish(1_000_000_000);
        book.refund(terms);
        vm.prank(alice);
        book.fund(id, 0, 5e6);
        _eq(book.refund(terms), 5e6, "refunded");
    }

    function test_NothingIsSaidOfARefundOfNothing() public {
        _finish(1_000_000_000);
        book.refund(terms);
        vm.recordLogs();
        _eq(book.refund(terms), 0, "again");
        _eq(vm.getRecordedLogs().length, 0, "events");
    }

    function test_LeavingIsNotPaused() public {
        book.pauseNewLeases();
        _finish(1_000_000_000);
        _block(provider);
        _block(lessee);
        book.refund(terms);
        book.payProvider(terms);
        claims.claim(id, provider);
        claims.collectFee(id);
        _eq(dollar.balanceOf(address(claims)), 0, "all has left");
    }
}
