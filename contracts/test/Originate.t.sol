// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC1155Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC7943MultiToken} from "../interfaces/IERC7943.sol";
import {ILeaseBook, LeaseStatus, Origination} from "../interfaces/ILeaseBook.sol";
import {Bounds, ILeaseClaims, Series} from "../interfaces/ILeaseClaims.sol";
import {LeaseTerms} from "../types/Lease.sol";
import {BadReceiver, BrokenToken, Wallet} from "./helpers/Actors.sol";
import {Fixture} from "./helpers/Fixture.sol";
import {Vm, vm} from "./helpers/Vm.sol";

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
            "LeaseTerms(address provider,address lessee,address payToken,bytes32 gpuModel,bytes32 region,uint32 gpuCount,bytes32 capacityRoot,uint32 startEpoch,uint32 epochs,uint8 method,uint96 price,uint96 floorPrice,uint96 ceilingPrice,uint32 rateBps,uint16 takeOrPayBps,uint16 slaBps,uint16 slaCreditSlope,uint16 slaCreditCapBps,uint64 efficiencyTarget,uint16 efficiencySlopeBps,uint16 efficiencyCapBps,uint16 curtailLimitBps,uint16 curtailCreditBps,uint16 poolBps,uint16 feeBps,uint32 noticeEpochs,uint64 units,uint16 policy,bytes32 salt)"
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
        book.setNewLeasesPaused(true);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.NewLeasesArePaused.selector));
        book.originate(o);
        book.setNewLeasesPaused(false);
        book.originate(o);
    }

    function test_RevertWhen_AStrangerPauses() public {
        vm.prank(stranger);
        vm.expectRevert();
        book.setNewLeasesPaused(true);
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
        Bounds memory b = Bounds(0, 0, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.OnlyLeaseBook.selector));
        claims.open(1, provider, lessee, address(dollar), 0, s, b);
    }

    // Terms

    function _refused(LeaseTerms memory t, bytes32 field) private {
        Origination memory o = _signed(t);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.InvalidTerms.selector, field));
        book.originate(o);
    }

    function test_RevertWhen_AMemberOfTheTermsIsBad() public {
        LeaseTerms memory t = _terms();
        t.provider = address(0);
        _refused(t, "provider");
        t = _terms();
        t.lessee = address(0);
        _refused(t, "lessee");
        t = _terms();
        t.gpuCount = 0;
        _refused(t, "gpuCount");
        t = _terms();
        t.capacityRoot = 0;
        _refused(t, "capacityRoot");
        t = _terms();
        t.startEpoch = start - 1;
        _refused(t, "startEpoch");
        t = _terms();
        t.epochs = 0;
        _refused(t, "epochs");
        t = _terms();
        t.epochs = type(uint32).max - start + 1;
        _refused(t, "epochs");
        t = _terms();
        t.price = 0;
        _refused(t, "price");
        t = _terms();
        t.noticeEpochs = 0;
        _refused(t, "noticeEpochs");
        t = _terms();
        t.noticeEpochs = 31;
        _refused(t, "noticeEpochs");
        t = _terms();
        t.units = 0;
        _refused(t, "units");
    }

    function test_RevertWhen_AShareIsBeyondAllOfIt() public {
        LeaseTerms memory t = _terms();
        t.takeOrPayBps = 10_001;
        _refused(t, "takeOrPayBps");
        t = _terms();
        t.slaBps = 10_001;
        _refused(t, "slaBps");
        t = _terms();
        t.slaCreditCapBps = 10_001;
        _refused(t, "slaCreditCapBps");
        t = _terms();
        t.efficiencyCapBps = 10_001;
        _refused(t, "efficiencyCapBps");
        t = _terms();
        t.curtailLimitBps = 10_001;
        _refused(t, "curtailLimitBps");
        t = _terms();
        t.curtailCreditBps = 10_001;
        _refused(t, "curtailCreditBps");
        t = _terms();
        t.poolBps = 10_001;
        _refused(t, "poolBps");
        t = _terms();
        t.feeBps = 2_001;
        _refused(t, "feeBps");
    }

    function test_SharesMayAddUpToAllOfIt() public {
        LeaseTerms memory t = _terms();
        t.feeBps = 2_000;
        book.originate(_signed(t));
    }

    function test_TheLastEpochMayBeTheLastThereIs() public {
        LeaseTerms memory t = _terms();
        t.epochs = type(uint32).max - start;
        t.noticeEpochs = 1;
        book.originate(_signed(t));
    }

    function test_RevertWhen_TheWholeLeaseExceeds88Bits() public {
        LeaseTerms memory t = _terms();
        (t.gpuCount, t.epochs, t.noticeEpochs, t.efficiencyCapBps) = (1, 1, 1, 0);
        t.price = uint96((uint256(type(uint88).max) / 24) + 1);
        _refused(t, "price");
        t = _terms();
        (t.gpuCount, t.epochs, t.noticeEpochs, t.efficiencyCapBps) = (1, 1, 1, 0);
        t.price = uint96(uint256(type(uint88).max) / 24);
        dollar.mint(lessee, type(uint96).max);
        book.originate(_signed(t));
    }

    function test_RevertWhen_TheMethodIsNotSupported() public {
        for (uint8 method = 2; method < 6; ++method) {
            LeaseTerms memory t = _terms();
            t.method = method;
            Origination memory o = _signed(t);
            vm.expectRevert(abi.encodeWithSelector(ILeaseBook.UnsupportedMethod.selector, method));
            book.originate(o);
        }
    }

    /// @dev Bits beyond a member's type would give one lease several ids.
    function test_RevertWhen_AMemberCarriesBitsBeyondItsType() public {
        Origination memory o = _signed(_terms());
        uint8[21] memory narrow = [0, 1, 2, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 26, 27, 25];
        for (uint256 i; i < narrow.length; ++i) {
            bytes memory data = abi.encodeCall(ILeaseBook.originate, (o));
            data[4 + 32 + 32 * uint256(narrow[i])] = 0x80;
            (bool ok, ) = address(book).call(data);
            _true(!ok, "dirty terms accepted");
        }
    }

    function test_RevertWhen_AMemberNobodyReadsIsDirty() public {
        uint8[6] memory unread = [11, 12, 13, 16, 18, 19];
        for (uint256 i; i < unread.length; ++i) {
            bytes memory data = abi.encodeCall(ILeaseBook.originate, (_signed(_terms())));
            data[4 + 32 + 32 * uint256(unread[i])] = 0x80;
            (bool ok, bytes memory reason) = address(book).call(data);
            _true(!ok, "dirty terms accepted");
            _true(
                keccak256(reason) ==
                    keccak256(abi.encodeWithSelector(ILeaseBook.InvalidTerms.selector, bytes32("encoding"))),
                "refused for another reason"
            );
        }
    }

    // Batches

    function test_BatchOriginatesEach() public {
        Origination[] memory items = new Origination[](3);
        for (uint256 i; i < 3; ++i) items[i] = _signed(_terms());
        _eq(book.originateBatch(items), 3, "originated");
        for (uint256 i; i < 3; ++i) _eq(claims.totalSupply(book.leaseId(items[i].terms)), 1_000_000, "supply");
    }

    function test_BatchReportsABadItemAndGoesOn() public {
        Origination[] memory items = new Origination[](3);
        for (uint256 i; i < 3; ++i) items[i] = _signed(_terms());
        items[1].lesseeSignature = items[1].providerSignature;
        uint256 id = book.leaseId(items[1].terms);
        vm.expectEmit(address(book));
        emit ILeaseBook.OriginationSkipped(1, id, abi.encodeWithSelector(ILeaseBook.InvalidLesseeSignature.selector));
        _eq(book.originateBatch(items), 2, "originated");
        _eq(claims.totalSupply(id), 0, "the bad one");
    }

    function test_BatchSkipsAnItemSentAhead() public {
        Origination[] memory items = new Origination[](2);
        for (uint256 i; i < 2; ++i) items[i] = _signed(_terms());
        vm.prank(stranger);
        book.originate(items[0]);
        _eq(book.originateBatch(items), 1, "originated");
    }

    function test_BatchSurvivesReceiversThatMisbehave() public {
        Origination[] memory items = new Origination[](6);
        for (uint256 i; i < 5; ++i) {
            LeaseTerms memory t = _terms();
            t.provider = address(new BadReceiver(BadReceiver.Way(i)));
            _admit(t.provider);
            items[i] = _signed(t);
        }
        items[5] = _signed(_terms());
        vm.recordLogs();
        uint256 gas = gasleft();
        _eq(book.originateBatch{gas: 8_000_000}(items), 1, "originated");
        _true(gas - gasleft() < 3_000_000, "one item burnt too much");
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) _true(logs[i].data.length < 700, "a reason was not cut");
    }

    function test_RevertWhen_ABatchHasTooLittleGasToBeFair() public {
        Origination[] memory items = new Origination[](2);
        for (uint256 i; i < 2; ++i) items[i] = _signed(_terms());
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.BatchOutOfGas.selector, 1));
        book.originateBatch{gas: 900_000}(items);
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
