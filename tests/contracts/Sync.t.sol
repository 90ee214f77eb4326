// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IEpochLedger} from "../../contracts/interfaces/IEpochLedger.sol";
import {ILeaseClaims, Settlement} from "../../contracts/interfaces/ILeaseClaims.sol";
import {EpochLeaf, LeaseTerms} from "../../contracts/types/Lease.sol";
import {Fixture} from "./helpers/Fixture.sol";
import {Tree} from "./helpers/Tree.sol";
import {vm} from "./helpers/Vm.sol";

contract SyncTest is Fixture {
    uint256 private id;
    bytes32[] private none;

    function setUp() public override {
        super.setUp();
        id = _originate();
    }

    function _applied() private view returns (uint256) {
        return claims.seriesOf(id).applied;
    }

    // One lease

    function test_MovesRentFromEscrowToItsShares() public {
        _settle(id, start, 1_000_000_000);
        _eq(_applied(), 1_000_000_000, "applied");
        _eq(claims.escrowOf(id), 7 * CAP - 1_000_000_000, "escrow");
        _eq(claims.claimable(id, provider), 800_000_000, "holders");
        _eq(claims.providerDue(id), 180_000_000, "provider");
        _eq(claims.feeDue(id), 20_000_000, "fee");
        _eq(claims.seriesOf(id).lastEpoch, start, "lastEpoch");
        _eq(dollar.balanceOf(address(claims)), 7 * CAP, "no token moved");
    }

    function test_EmitsWhatIsAskedAndWhatIsPaid() public {
        _post(start, ledger.leafHash(_leaf(id, start, 5 * CAP)));
        vm.expectEmit(address(claims));
        emit ILeaseClaims.Synced(id, start, 5 * CAP, CAP);
        vm.prank(stranger);
        ledger.sync(start, _leaf(id, start, 5 * CAP), none);
    }

    function test_TellsOfTheOneLeaseAndNoOther() public {
        _post(start, ledger.leafHash(_leaf(id, start, CAP)));
        vm.recordLogs();
        ledger.sync(start, _leaf(id, start, CAP), none);
        _eq(vm.getRecordedLogs().length, 1, "events");
    }

    function test_ProvesALeafInATreeOfMany() public {
        for (uint256 count = 1; count <= 9; ++count) {
            EpochLeaf[] memory leaves = new EpochLeaf[](count);
            for (uint256 i; i < count; ++i) leaves[i] = _leaf(i, start + uint32(count) - 1, 1);
            for (uint256 i; i < count; ++i) {
                leaves[i].leaseId = id;
                leaves[i].rent = uint96(count * 1_000 + i);
            }
            bytes32[] memory nodes = _post(start + uint32(count) - 1, leaves);
            for (uint256 i; i < count; ++i) {
                ledger.sync(start + uint32(count) - 1, leaves[i], Tree.proof(nodes, i));
                _eq(_applied(), leaves[i].rent, "applied");
            }
        }
    }

    function test_LeafHashIsThatOfStandardMerkleTree() public view {
        EpochLeaf memory leaf = _leaf(id, start, 7);
        bytes memory encoded = abi.encode(
            leaf.leaseId,
            leaf.epoch,
            leaf.rent,
            leaf.remainder,
            leaf.creditParts,
            leaf.gpuSeconds,
            leaf.wattHours,
            leaf.curtailedSeconds,
            leaf.heatWattHours,
            leaf.recordHash
        );
        _true(ledger.leafHash(leaf) == keccak256(bytes.concat(keccak256(encoded))), "leafHash");
    }

    function test_IsIdempotent() public {
        _settle(id, start, 1_000_000_000);
        claims.claim(id, provider);
        ledger.sync(start, _leaf(id, start, 1_000_000_000), none);
        _eq(_applied(), 1_000_000_000, "applied");
        _eq(claims.claimable(id, provider), 0, "claimable");
    }

    function test_ZeroRentStillAdvancesTheEpoch() public {
        _settle(id, start, 0);
        _eq(claims.seriesOf(id).lastEpoch, start, "lastEpoch");
        _eq(_applied(), 0, "applied");
    }

    function test_LeavesMissedAreCoveredByTheNext() public {
        _post(start, keccak256("unsynced"));
        _post(start + 1, keccak256("unsynced too"));
        _settle(id, start + 2, 3_000_000_000);
        _eq(_applied(), 3_000_000_000, "applied");
    }

    function test_AnEndedLeaseKeepsItsFinalLeaf() public {
        for (uint32 i; i < 31; ++i) _post(start + i, keccak256(abi.encode(i)));
        EpochLeaf memory leaf = _leaf(id, start + 29, CAP);
        _post(start + 31, ledger.leafHash(leaf));
        ledger.sync(start + 31, leaf, none);
        _eq(claims.seriesOf(id).lastEpoch, start + 29, "lastEpoch");
        _eq(_applied(), CAP, "applied");
    }

    // Bounds

    function test_NeverMoreThanTheTermsAllow() public {
        _settle(id, start, type(uint96).max);
        _eq(_applied(), CAP, "one epoch");
        _settle(id, start + 1, type(uint96).max);
        _eq(_applied(), 2 * CAP, "two epochs");
        _eq(claims.seriesOf(id).flags, 0, "a lie beyond the cap is not arrears");
    }

    function test_NeverMoreThanFunded() public {
        for (uint32 i; i < 7; ++i) _settle(id, start + i, CAP * (i + 1));
        _eq(claims.seriesOf(id).flags, 0, "funded to the unit is not short");
        for (uint32 i = 7; i < 9; ++i) _settle(id, start + i, CAP * (i + 1));
        _eq(_applied(), 7 * CAP, "applied");
        _eq(claims.escrowOf(id), 0, "escrow");
        _eq(claims.seriesOf(id).flags, 1, "short");
    }

    function test_AShortfallIsSharedInTheSplitAndArrearsArePaidFirst() public {
        for (uint32 i; i < 8; ++i) _settle(id, start + i, CAP * (i + 1));
        _eq(claims.claimable(id, provider), ((uint256(7 * CAP) * 8) / 10 / 1e6) * 1e6, "holders");
        _eq(claims.feeDue(id), (uint256(7 * CAP) * 2) / 100, "fee");
        _eq(claims.providerDue(id), (uint256(7 * CAP) * 18) / 100, "provider");
        vm.prank(lessee);
        book.fund(id, 0, CAP / 2);
        ledger.sync(start + 7, _leaf(id, start + 7, CAP * 8), none);
        _eq(_applied(), 7 * CAP + CAP / 2, "half of the arrears");
        _eq(claims.seriesOf(id).flags, 1, "still short");
        vm.prank(lessee);
        book.fund(id, 0, CAP);
        ledger.sync(start + 7, _leaf(id, start + 7, CAP * 8), none);
        _eq(_applied(), 8 * CAP, "all arrears");
        _eq(claims.seriesOf(id).flags, 0, "no longer short");
        _eq(claims.escrowOf(id), CAP / 2, "escrow");
    }

    function test_ALowerLeafTakesNothingBack() public {
        _settle(id, start, CAP);
        _settle(id, start + 1, CAP / 2);
        _eq(_applied(), CAP, "applied");
        _eq(claims.seriesOf(id).lastEpoch, start + 1, "lastEpoch");
    }

    // Skipped, never reverted

    function _skips(EpochLeaf memory leaf, uint32 epoch) private {
        _post(epoch, ledger.leafHash(leaf));
        vm.expectEmit(address(claims));
        emit ILeaseClaims.SyncSkipped(leaf.leaseId, leaf.epoch);
        ledger.sync(epoch, leaf, none);
    }

    function test_SkipsAnUnknownLease() public {
        _skips(_leaf(99, start, CAP), start);
    }

    function test_SkipsAnEpochBeforeTheLast() public {
        _settle(id, start, CAP);
        _settle(id, start + 1, CAP);
        _skips(_leaf(id, start, CAP), start + 2);
        _eq(_applied(), CAP, "applied");
    }

    function test_SkipsAnEpochBeforeTheStart() public {
        uint32 early = start - 1;
        _skips(_leaf(id, early, CAP), early);
        _eq(_applied(), 0, "applied");
    }

    function test_SkipsAnEpochAfterTheEnd() public {
        for (uint32 i; i < 30; ++i) _post(start + i, keccak256(abi.encode(i)));
        _skips(_leaf(id, start + 30, CAP), start + 30);
        _eq(claims.seriesOf(id).lastEpoch, start - 1, "lastEpoch");
    }

    // Refused

    function test_RevertWhen_TheLeafIsNotInTheTree() public {
        _settle(id, start, 1_000_000_000);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.UnknownRoot.selector, start));
        ledger.sync(start, _leaf(id, start, 1_000_000_001), none);
        bytes32[] memory proof = new bytes32[](1);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.UnknownRoot.selector, start));
        ledger.sync(start, _leaf(id, start, 1_000_000_000), proof);
    }

    function test_RevertWhen_AnyMemberOfTheLeafIsAltered() public {
        EpochLeaf memory honest = _leaf(id, start, 1_000_000_000);
        _post(start, ledger.leafHash(honest));
        for (uint256 i; i < 9; ++i) {
            EpochLeaf memory leaf = _leaf(id, start, 1_000_000_000);
            if (i == 0) leaf.leaseId += 1;
            else if (i == 1) leaf.epoch -= 1;
            else if (i == 2) leaf.rent += 1;
            else if (i == 3) leaf.remainder += 1;
            else if (i == 4) leaf.creditParts += 1;
            else if (i == 5) leaf.gpuSeconds += 1;
            else if (i == 6) leaf.wattHours += 1;
            else if (i == 7) leaf.heatWattHours += 1;
            else leaf.recordHash = 0;
            vm.expectRevert(abi.encodeWithSelector(IEpochLedger.UnknownRoot.selector, start));
            ledger.sync(start, leaf, none);
        }
    }

    function test_RevertWhen_TheRootIsNotInTheRing() public {
        EpochLeaf memory leaf = _leaf(id, start, CAP);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.UnknownRoot.selector, start));
        ledger.sync(start, leaf, none);
        _settle(id, start, CAP);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.UnknownRoot.selector, start + 1));
        ledger.sync(start + 1, leaf, none);
        _post(start + 1, keccak256("b"));
        ledger.sync(start, leaf, none);
        _post(start + 2, keccak256("c"));
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.UnknownRoot.selector, start));
        ledger.sync(start, leaf, none);
    }

    function test_RevertWhen_TheRingSlotBelongsToAnotherEpoch() public {
        EpochLeaf memory leaf = _leaf(id, start, CAP);
        _settle(id, start, CAP);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.UnknownRoot.selector, start + 2));
        ledger.sync(start + 2, leaf, none);
        _post(start + 1, keccak256("between"));
        _post(start + 2, ledger.leafHash(leaf));
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.UnknownRoot.selector, start));
        ledger.sync(start, leaf, none);
        ledger.sync(start + 2, leaf, none);
    }

    function test_RevertWhen_TheLeafIsYoungerThanItsTree() public {
        EpochLeaf memory leaf = _leaf(id, start + 1, CAP);
        _post(start, ledger.leafHash(leaf));
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.LeafBeyondEpoch.selector, id, start + 1, start));
        ledger.sync(start, leaf, none);
    }

    function test_RevertWhen_AnotherThanTheLedgerSettles() public {
        Settlement[] memory items = new Settlement[](1);
        items[0] = Settlement(id, start, CAP);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.OnlyEpochLedger.selector));
        claims.settle(items);
    }

    // Any path

    /// @dev applied never falls, never exceeds funds, nor the cap of the epochs passed.
    function testFuzz_AppliedIsBounded(uint96[10] calldata rents, uint96[10] calldata topUps) public {
        uint256 last;
        uint256 funded = 7 * CAP;
        for (uint32 i; i < 10; ++i) {
            uint96 topUp = uint96(_bound(topUps[i], 0, CAP));
            vm.prank(lessee);
            book.fund(id, 0, topUp);
            funded += topUp;
            _settle(id, start + i, rents[i]);
            uint256 applied = _applied();
            _true(applied >= last, "applied fell");
            _true(applied <= funded, "more than funded");
            _true(applied <= uint256(CAP) * (i + 1), "more than the terms allow");
            uint256 asked = rents[i] < uint256(CAP) * (i + 1) ? rents[i] : uint256(CAP) * (i + 1);
            _true(applied >= (asked < funded ? asked : funded), "less than asked and funded");
            last = applied;
        }
    }

    /// @dev The three shares add up to what was applied, and none ever falls.
    function testFuzz_SharesAddUpAndNeverFall(
        uint16 poolBps,
        uint16 feeBps,
        uint64 units,
        uint96[6] calldata rents
    ) public {
        LeaseTerms memory t = _terms();
        t.poolBps = uint16(_bound(poolBps, 0, 10_000));
        t.feeBps = uint16(_bound(feeBps, 0, 10_000 - t.poolBps));
        t.units = uint64(_bound(units, 1, type(uint64).max));
        id = book.originate(_signed(t));
        uint256[3] memory before;
        uint96 rent;
        for (uint32 i; i < 6; ++i) {
            rent += uint96(_bound(rents[i], 0, i % 2 == 0 ? 3 : CAP));
            _settle(id, start + i, rent);
            uint256 pool = (_applied() * t.poolBps) / 10_000;
            uint256[3] memory shares = [pool, claims.feeDue(id), claims.providerDue(id)];
            _eq(shares[0] + shares[1] + shares[2], _applied(), "sum");
            for (uint256 k; k < 3; ++k) _true(shares[k] >= before[k], "a share fell");
            _eq(claims.claimable(id, provider), (pool / t.units) * t.units, "holders");
            before = shares;
        }
    }

    function test_SharesNeverFallAtHalfAndHalf() public {
        LeaseTerms memory t = _terms();
        (t.poolBps, t.feeBps) = (5_000, 5_000);
        id = book.originate(_signed(t));
        for (uint32 i; i < 20; ++i) {
            _settle(id, start + i, i + 1);
            book.payProvider(t);
            claims.collectFee(id);
            _eq(dollar.balanceOf(provider), 0, "the provider has no share");
            _eq(dollar.balanceOf(feeRecipient), (i + 1) - (i + 1) / 2, "fee");
        }
    }
}

contract SyncWindowTest is Fixture {
    function setUp() public override {
        super.setUp();
        _deploy(1 hours);
        dollar.mint(lessee, 1e18);
        vm.prank(lessee);
        dollar.approve(address(claims), type(uint256).max);
    }

    function test_RevertWhen_TheWindowIsOpen() public {
        LeaseTerms memory t = _terms();
        t.policy = 0;
        uint256 id = book.originate(_signed(t));
        EpochLeaf memory leaf = _leaf(id, start, CAP);
        _post(start, ledger.leafHash(leaf));
        bytes32[] memory none = new bytes32[](0);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.NotActive.selector, start));
        ledger.sync(start, leaf, none);
        vm.warp(block.timestamp + 1 hours);
        ledger.sync(start, leaf, none);
        _eq(claims.seriesOf(id).applied, CAP, "applied");
    }
}
