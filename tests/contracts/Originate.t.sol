// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC1155Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC7943MultiToken} from "../../contracts/interfaces/IERC7943.sol";
import {ILeaseBook, LeaseStatus, Origination} from "../../contracts/interfaces/ILeaseBook.sol";
import {Bounds, ILeaseClaims, Series} from "../../contracts/interfaces/ILeaseClaims.sol";
import {LeaseTerms} from "../../contracts/types/Lease.sol";
import {BadReceiver, BrokenToken, Wallet} from "./helpers/Actors.sol";
import {Fixture} from "./helpers/Fixture.sol";
import {vm} from "./helpers/Vm.sol";

contract OriginateTest is Fixture {
    // What it does

    function test_MintsAllUnitsToTheProvider() public {
        uint256 id = _originate();
        _eq(claims.balanceOf(provider, id), 1_000_000, "provider's units");
        _eq(claims.totalSupply(id), 1_000_000, "supply");
    }

    function test_PullsTheNoticeEpochsAtTheCap() public {
        uint256 before = dollar.balanceOf(lessee);
        uint256 id = _originate();
        _eq(before - dollar.balanceOf(lessee), 7 * CAP, "paid by the lessee");
        _eq(dollar.balanceOf(address(claims)), 7 * CAP, "held");
        _eq(claims.escrowOf(id), 7 * CAP, "escrow");
    }

    function test_RecordsSeriesAndBounds() public {
        uint256 id = _originate();
        Series memory s = claims.seriesOf(id);
        Bounds memory b = claims.boundsOf(id);
        _eq(s.applied, 0, "applied");
        _eq(s.units, 1_000_000, "units");
        _eq(s.lastEpoch, start - 1, "lastEpoch");
        _eq(s.poolBps, 8_000, "poolBps");
        _eq(s.feeBps, 200, "feeBps");
        _eq(s.policy, MEMBERS, "policy");
        _eq(s.token, 1, "token");
        _eq(s.flags, 0, "flags");
        _eq(b.funded, 7 * CAP, "funded");
        _eq(b.capPerEpoch, CAP, "capPerEpoch");
        _eq(b.startEpoch, start, "startEpoch");
        _eq(b.epochs, 30, "epochs");
        _eq(claims.payTokenOf(id), address(dollar), "payToken");
    }

    function test_IdIsTheDigestOfTheTerms() public {
        LeaseTerms memory t = _terms();
        bytes32 typehash = keccak256(
            "LeaseTerms(address provider,address lessee,address payToken,bytes32 gpuModel,bytes32 region,uint32 gpuCount,bytes32 capacityRoot,uint32 startEpoch,uint32 epochs,uint8 method,uint96 price,uint96 floorPrice,uint96 ceilingPrice,uint32 rateBps,uint16 takeOrPayBps,uint16 slaBps,uint16 slaCreditSlope,uint16 slaCreditCapBps,uint64 efficiencyTarget,uint16 efficiencySlopeBps,uint16 efficiencyCapBps,uint16 curtailLimitBps,uint16 curtailCreditBps,uint16 poolBps,uint16 feeBps,uint32 noticeEpochs,uint16 graceEpochs,uint96 deposit,uint64 units,uint16 policy,bytes32 salt)"
        );
        bytes32 digest = _digest("ComputeRwa LeaseBook", address(book), keccak256(abi.encode(typehash, t)));
        _eq(book.leaseId(t), uint256(digest), "leaseId");
        _eq(book.originate(_signed(t)), uint256(digest), "originate");
    }

    function test_EmitsWhatHappened() public {
        LeaseTerms memory t = _terms();
        Origination memory o = _signed(t);
        uint256 id = book.leaseId(t);
        vm.expectEmit(address(book));
        emit ILeaseBook.LeaseOriginated(id, provider, lessee, 7 * CAP, CAP);
        vm.expectEmit(address(claims));
        emit IERC1155.TransferSingle(address(book), address(0), provider, id, 1_000_000);
        vm.expectEmit(address(claims));
        emit ILeaseClaims.Funded(id, 0, lessee, 7 * CAP);
        book.originate(o);
    }

    /// @dev Four events: the lease's, the units', the escrow's and the token's. None tells of a deposit that there is not.
    function test_EmitsNothingOfADepositThatIsNotAskedFor() public {
        Origination memory o = _signed(_terms());
        vm.recordLogs();
        book.originate(o);
        _eq(vm.getRecordedLogs().length, 4, "events");
    }

    function test_AnybodyMaySend() public {
        Origination memory o = _signed(_terms());
        vm.prank(stranger);
        book.originate(o);
    }

    function test_AcceptsContractWallets() public {
        Wallet providers = new Wallet(provider);
        Wallet lessees = new Wallet(lessee);
        _admit(address(providers));
        dollar.mint(address(lessees), 1e12);
        lessees.approve(dollar, address(claims));
        LeaseTerms memory t = _terms();
        (t.provider, t.lessee) = (address(providers), address(lessees));
        uint256 id = book.originate(_signed(t));
        _eq(claims.balanceOf(address(providers), id), 1_000_000, "wallet's units");
        bytes32 told = keccak256(abi.encode(address(book), address(0), id, 1_000_000, ""));
        _true(providers.lastReceived() == told, "the wallet is told who mints what");
    }

    function test_FundsByPermitWithoutAnAllowance() public {
        vm.prank(lessee);
        dollar.approve(address(claims), 0);
        Origination memory o = _signed(_terms());
        o.permit = _permit(LESSEE_KEY, 7 * CAP);
        uint256 id = book.originate(o);
        _eq(claims.escrowOf(id), 7 * CAP, "escrow");
    }

    function test_APermitSentAheadDoesNoHarm() public {
        vm.prank(lessee);
        dollar.approve(address(claims), 0);
        Origination memory o = _signed(_terms());
        o.permit = _permit(LESSEE_KEY, 7 * CAP);
        vm.prank(stranger);
        dollar.permit(lessee, address(claims), 7 * CAP, o.permit.deadline, o.permit.v, o.permit.r, o.permit.s);
        uint256 id = book.originate(o);
        _eq(claims.escrowOf(id), 7 * CAP, "escrow");
    }

    function test_StatusFollowsTime() public {
        LeaseTerms memory t = _terms();
        uint256 id = book.leaseId(t);
        _true(book.statusOf(id) == LeaseStatus.None, "none");
        book.originate(_signed(t));
        _true(book.statusOf(id) == LeaseStatus.Offered, "offered");
        vm.warp(uint256(start) * LENGTH);
        _true(book.statusOf(id) == LeaseStatus.Active, "active");
        vm.warp(_endOf(start + 29) - 1);
        _true(book.statusOf(id) == LeaseStatus.Active, "active in its last second");
        vm.warp(_endOf(start + 29));
        _true(book.statusOf(id) == LeaseStatus.Ended, "ended");
    }

    function test_StatusIsDelinquentWhileShort() public {
        uint256 id = _originate();
        for (uint32 i; i < 8; ++i) _settle(id, start + i, CAP * (i + 1));
        _true(book.statusOf(id) == LeaseStatus.Delinquent, "delinquent");
    }

    function test_LastMomentIsTheSecondBeforeTheStart() public {
        Origination memory o = _signed(_terms());
        vm.warp(uint256(start) * LENGTH - 1);
        book.originate(o);
    }

    // Who may not

    function test_RevertWhen_TheProviderHasNotSigned() public {
        Origination memory o = _signed(_terms());
        o.providerSignature = o.lesseeSignature;
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.InvalidProviderSignature.selector));
        book.originate(o);
    }

    function test_RevertWhen_TheLesseeHasNotSigned() public {
        Origination memory o = _signed(_terms());
        o.lesseeSignature = o.providerSignature;
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.InvalidLesseeSignature.selector));
        book.originate(o);
    }

    function test_RevertWhen_ASignatureIsMissing() public {
        Origination memory o = _signed(_terms());
        o.lesseeSignature = "";
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.InvalidLesseeSignature.selector));
        book.originate(o);
        o = _signed(_terms());
        o.providerSignature = "";
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.InvalidProviderSignature.selector));
        book.originate(o);
    }

    function test_RevertWhen_TermsChangedAfterSigning() public {
        Origination memory o = _signed(_terms());
        o.terms.price -= 1;
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.InvalidProviderSignature.selector));
        book.originate(o);
    }

    function test_RevertWhen_AWalletSaysNo() public {
        Wallet wallet = new Wallet(stranger);
        _admit(address(wallet));
        LeaseTerms memory t = _terms();
        t.provider = address(wallet);
        Origination memory o = _signed(t);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.InvalidProviderSignature.selector));
        book.originate(o);
    }

    function test_RevertWhen_OriginatedBefore() public {
        Origination memory o = _signed(_terms());
        uint256 id = book.originate(o);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.AlreadyOriginated.selector, id));
        book.originate(o);
    }

    function test_RevertWhen_NewLeasesArePaused() public {
        Origination memory o = _signed(_terms());
        vm.expectEmit(address(book));
        emit ILeaseBook.NewLeasesPaused(true);
        book.pauseNewLeases();
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.NewLeasesArePaused.selector));
        book.originate(o);
        vm.expectEmit(address(book));
        emit ILeaseBook.NewLeasesPaused(false);
        book.resumeNewLeases();
        book.originate(o);
    }

    function test_RevertWhen_AStrangerPauses() public {
        vm.prank(stranger);
        vm.expectRevert();
        book.pauseNewLeases();
    }

    function test_RevertWhen_ThePayTokenIsNotAllowed() public {
        LeaseTerms memory t = _terms();
        t.payToken = address(new BrokenToken(true));
        Origination memory o = _signed(t);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.PayTokenNotAllowed.selector, t.payToken));
        book.originate(o);
    }

    function test_RevertWhen_TheTransferFails() public {
        for (uint256 quiet; quiet < 2; ++quiet) {
            LeaseTerms memory t = _terms();
            t.payToken = address(new BrokenToken(quiet == 1));
            claims.allowPayToken(t.payToken);
            Origination memory o = _signed(t);
            vm.expectRevert();
            book.originate(o);
            _eq(claims.totalSupply(book.leaseId(t)), 0, "nothing minted");
        }
    }

    function test_RevertWhen_TheLesseeCannotPay() public {
        vm.prank(lessee);
        dollar.approve(address(claims), 7 * CAP - 1);
        Origination memory o = _signed(_terms());
        vm.expectRevert();
        book.originate(o);
    }

    function test_RevertWhen_TheProviderIsNotEligible() public {
        Origination memory o = _signed(_terms());
        _block(provider);
        vm.expectRevert(abi.encodeWithSelector(IERC7943MultiToken.ERC7943CannotReceive.selector, provider));
        book.originate(o);
    }

    function test_RevertWhen_NobodyHasSetThePolicy() public {
        LeaseTerms memory t = _terms();
        t.policy = 99;
        Origination memory o = _signed(t);
        vm.expectRevert(abi.encodeWithSelector(IERC7943MultiToken.ERC7943CannotReceive.selector, provider));
        book.originate(o);
    }

    function test_RevertWhen_TheProviderContractRefusesUnits() public {
        BadReceiver receiver = new BadReceiver(BadReceiver.Way.WrongAnswer);
        _admit(address(receiver));
        LeaseTerms memory t = _terms();
        t.provider = address(receiver);
        Origination memory o = _signed(t);
        vm.expectRevert(abi.encodeWithSelector(IERC1155Errors.ERC1155InvalidReceiver.selector, address(receiver)));
        book.originate(o);
    }

    function test_RevertWhen_ClaimsIsOpenedByAnotherThanTheBook() public {
        Series memory s = Series(0, 1, 0, 0, 0, 0, 0, 0);
        Bounds memory b = Bounds(0, 0, 0, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.OnlyLeaseBook.selector));
        claims.open(1, provider, lessee, address(dollar), 0, s, b);
    }

    function testFuzz_FundingIsTheNoticeEpochsAtTheCap(
        uint32 gpus,
        uint96 price,
        uint32 epochs,
        uint32 notice,
        uint16 bonus
    ) public {
        LeaseTerms memory t = _terms();
        t.gpuCount = uint32(_bound(gpus, 1, 100_000));
        t.price = uint96(_bound(price, 1, 1e9));
        t.epochs = uint32(_bound(epochs, 1, 2_000));
        t.noticeEpochs = uint32(_bound(notice, 1, t.epochs));
        t.efficiencyCapBps = uint16(_bound(bonus, 0, 10_000));
        dollar.mint(lessee, type(uint128).max);
        uint256 parts = uint256(t.gpuCount) * LENGTH * t.price * 10_000 * (10_000 + t.efficiencyCapBps);
        uint256 id = book.originate(_signed(t));
        Bounds memory b = claims.boundsOf(id);
        _true(b.capPerEpoch * PARTS >= parts && (uint256(b.capPerEpoch) - 1) * PARTS < parts, "cap is not rounded up");
        _eq(b.capPerEpoch, book.capPerEpoch(t), "capPerEpoch");
        _eq(b.funded, uint256(b.capPerEpoch) * t.noticeEpochs, "funded");
    }
}
