// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {EpochLeaf, LeaseTerms, MeteringRecord, Rent} from "../../contracts/types/Lease.sol";
import {Fixture} from "./helpers/Fixture.sol";
import {vm} from "./helpers/Vm.sol";

interface IRentMath {
    function compute(
        LeaseTerms[] calldata terms,
        MeteringRecord[] calldata records,
        uint256 epochSeconds
    ) external pure returns (Rent[] memory);
    function nextLeaf(
        LeaseTerms calldata t,
        EpochLeaf calldata previous,
        MeteringRecord calldata r,
        uint256 seconds_
    ) external pure returns (EpochLeaf memory);
    function nextLeaves(
        LeaseTerms[] calldata terms,
        EpochLeaf[] calldata previous,
        MeteringRecord[] calldata records,
        uint256 epochSeconds
    ) external pure returns (EpochLeaf[] memory leaves);
    function capPerEpoch(LeaseTerms calldata t, uint256 epochSeconds) external pure returns (uint256);
}

contract RentMathTest is Fixture {
    IRentMath private math;

    function setUp() public override {
        super.setUp();
        math = IRentMath(_create("contracts/mocks/RentMathHarness.sol:RentMathHarness", ""));
    }

    function _compute(LeaseTerms memory t, MeteringRecord memory r) private view returns (Rent memory) {
        LeaseTerms[] memory terms = new LeaseTerms[](1);
        MeteringRecord[] memory records = new MeteringRecord[](1);
        (terms[0], records[0]) = (t, r);
        return math.compute(terms, records, LENGTH)[0];
    }

    function _record(
        uint64 available,
        uint64 busy,
        uint16 load,
        uint64 wattHours
    ) private pure returns (MeteringRecord memory r) {
        r.reservedSeconds = 32 * LENGTH;
        r.availableSeconds = available;
        r.busySeconds = busy;
        r.loadBps = load;
        r.itWattHours = wattHours;
    }

    function _eqSigned(int256 actual, int256 expected, string memory what) private pure {
        _true(actual == expected, what);
    }

    // The worked examples of docs/settlement.md

    function _fixedTerms() private returns (LeaseTerms memory t) {
        t = _terms();
        (t.method, t.gpuCount) = (0, 8);
        (t.efficiencyTarget, t.efficiencySlopeBps, t.efficiencyCapBps) = (0, 0, 0);
        (t.curtailLimitBps, t.curtailCreditBps) = (0, 0);
    }

    function test_Example1_FixedWithAnSlaBreach() public {
        LeaseTerms memory t = _fixedTerms();
        MeteringRecord memory r = _record(656_640, 600_000, 7_000, 150_000);
        r.reservedSeconds = 691_200;
        Rent memory rent = _compute(t, r);
        _eq(rent.gross, 172_108_800_000_000_000_000, "gross");
        _eq(rent.slaCredit, 51_632_640_000_000_000_000, "slaCredit");
        _eqSigned(rent.efficiency, 0, "efficiency");
        _eq(rent.curtailmentCredit, 0, "curtailmentCredit");
        _eq(rent.net, 334_656_000 * PARTS, "net");
        _eq(rent.available, 656_640, "available");
        _eq(math.capPerEpoch(t, LENGTH), 478_080_000, "cap");
    }

    function test_Example2_MeteredWithAnEfficiencyBonus() public {
        LeaseTerms memory t = _terms();
        Rent memory rent = _compute(t, _record(2_764_800, 2_700_000, 8_350, 1_150_000));
        _eq(rent.gross, 574_843_392_000_000_000_000, "gross");
        _eq(rent.slaCredit, 0, "slaCredit");
        _eqSigned(rent.efficiency, 1_896_983_193_600_000_000, "efficiency");
        _eq(rent.net, 576_740_375_193_600_000_000, "net");
        _eq(math.capPerEpoch(t, LENGTH), CAP, "cap");
    }

    function test_Example3_MeteredCurtailedAndBelowTakeOrPay() public {
        MeteringRecord memory r = _record(2_400_000, 1_500_000, 5_400, 1_300_000);
        r.curtailedSeconds = 300_000;
        Rent memory rent = _compute(_terms(), r);
        _eq(rent.gross, 433_714_176_000_000_000_000, "gross");
        _eq(rent.slaCredit, 110_597_114_880_000_000_000, "slaCredit");
        _eqSigned(rent.efficiency, -10_322_397_388_800_000_000, "efficiency");
        _eq(rent.curtailmentCredit, 3_442_176_000_000_000_000, "curtailmentCredit");
        _eq(rent.net, 309_352_487_731_200_000_000, "net");
    }

    function test_Example4_TheRemainderIsCarriedAndTheRentDivided() public {
        LeaseTerms memory t = _fixedTerms();
        (t.method, t.gpuCount, t.price, t.takeOrPayBps, t.slaBps) = (1, 3, 1_234_567, 0, 0);
        (t.units, t.noticeEpochs) = (1_000, 1);
        EpochLeaf memory leaf;
        MeteringRecord memory r = _record(259_200, 100_000, 3_333, 0);
        (r.epoch, r.reservedSeconds) = (start, 259_200);
        leaf = math.nextLeaf(t, leaf, r, LENGTH);
        _eq(leaf.rent, 29_626_645, "first rent");
        _eq(leaf.remainder, 14_112_000_000, "first remainder");
        (r.epoch, r.loadBps, r.availableSeconds) = (start + 1, 6_667, 259_199);
        leaf = math.nextLeaf(t, leaf, r, LENGTH);
        _eq(leaf.rent, 88_888_595, "second rent");
        _eq(leaf.remainder, 131_418_110_000, "second remainder");
        _eq(leaf.gpuSeconds, 518_399, "gpuSeconds");

        uint256 id = book.originate(_signed(t));
        vm.prank(lessee);
        book.fund(id, 0, 1e8);
        _settle(id, start, 29_626_645);
        leaf.leaseId = id;
        _post(start + 1, ledger.leafHash(leaf));
        ledger.sync(start + 1, leaf, new bytes32[](0));
        _eq(claims.seriesOf(id).applied, 88_888_595, "applied");
        _eq(claims.feeDue(id), 1_777_771, "fee");
        _eq(claims.providerDue(id), 15_999_948, "provider");
        _eq(claims.claimable(id, provider), 71_110 * 1_000, "holders: 71,110 a unit");
    }

    // The leaf

    function test_ALeafAddsUpWhatWasMeasured() public {
        EpochLeaf memory leaf;
        MeteringRecord memory r = _record(2_400_000, 1_500_000, 5_400, 1_300_000);
        (r.leaseId, r.epoch, r.curtailedSeconds, r.heatWattHours) = (7, start, 300_000, 90_000);
        LeaseTerms memory t = _terms();
        leaf = math.nextLeaf(t, math.nextLeaf(t, leaf, r, LENGTH), r, LENGTH);
        Rent memory rent = _compute(t, r);
        _eq(leaf.leaseId, 7, "leaseId");
        _eq(leaf.epoch, start, "epoch");
        _eq(leaf.rent * PARTS + leaf.remainder, 2 * rent.net, "rent");
        _eq(leaf.creditParts, 2 * (rent.slaCredit + rent.curtailmentCredit), "creditParts");
        _eq(leaf.gpuSeconds, 2 * 2_400_000, "gpuSeconds");
        _eq(leaf.wattHours, 2 * 1_300_000, "wattHours");
        _eq(leaf.curtailedSeconds, 2 * 300_000, "curtailedSeconds");
        _eq(leaf.heatWattHours, 2 * 90_000, "heatWattHours");
        _true(leaf.recordHash == keccak256(abi.encode(r)), "recordHash");
    }

    function test_TotalsStopAtTheEndOfTheirTypes() public {
        EpochLeaf memory leaf;
        (leaf.rent, leaf.creditParts) = (type(uint96).max, type(uint256).max);
        (leaf.gpuSeconds, leaf.wattHours) = (type(uint64).max, type(uint64).max);
        (leaf.curtailedSeconds, leaf.heatWattHours) = (type(uint64).max, type(uint64).max - 1);
        MeteringRecord memory r = _record(2_400_000, 1_500_000, 5_400, 1_300_000);
        (r.curtailedSeconds, r.heatWattHours) = (300_000, 2);
        leaf = math.nextLeaf(_terms(), leaf, r, LENGTH);
        _eq(leaf.rent, type(uint96).max, "rent");
        _eq(leaf.creditParts, type(uint256).max, "creditParts");
        _eq(leaf.gpuSeconds, type(uint64).max, "gpuSeconds");
        _eq(leaf.wattHours, type(uint64).max, "wattHours");
        _eq(leaf.curtailedSeconds, type(uint64).max, "curtailedSeconds");
        _eq(leaf.heatWattHours, type(uint64).max, "heatWattHours");
    }

    // Pricing methods, for a fleet that was there all the time

    function _priced(uint8 method, MeteringRecord memory r) private returns (uint256 gross) {
        LeaseTerms memory t = _fixedTerms();
        (t.gpuCount, t.method, t.slaBps) = (32, method, 0);
        (t.floorPrice, t.ceilingPrice, t.rateBps) = (1_500_000, 3_000_000, 9_000);
        (r.reservedSeconds, r.availableSeconds, r.epoch) = (2_764_800, 2_764_800, 5);
        return _compute(t, r).gross;
    }

    function test_AnIndexedRentFollowsTheIndexBetweenFloorAndCeiling() public {
        MeteringRecord memory r;
        (r.indexValue, r.indexEpoch) = (2_000_000, 5);
        _eq(_priced(2, r), 497_664_000_000_000_000_000, "nine tenths of the index");
        r.indexValue = 1_000_000;
        _eq(_priced(2, r), 414_720_000_000_000_000_000, "the floor");
        r.indexValue = 9_000_000;
        _eq(_priced(2, r), 829_440_000_000_000_000_000, "the ceiling");
        r.indexEpoch = 4;
        _eq(_priced(2, r), 414_720_000_000_000_000_000, "the floor, for an index that is stale");
    }

    function test_ARevenueShareCountsOnlyWithASource() public {
        MeteringRecord memory r;
        (r.revenue, r.revenueSource) = (2_000_000_000, "somebody to ask");
        _eq(_priced(3, r), 648_000_000_000_000_000_000, "nine tenths of the revenue");
        r.revenue = 9_000_000_000;
        _eq(_priced(3, r), 829_440_000_000_000_000_000, "the ceiling");
        r.revenueSource = 0;
        _eq(_priced(3, r), 414_720_000_000_000_000_000, "the floor");
    }

    // Ranges

    function test_InputsAreBroughtIntoRange() public {
        MeteringRecord memory r = _record(type(uint64).max, type(uint64).max, type(uint16).max, 0);
        r.reservedSeconds = type(uint64).max;
        Rent memory rent = _compute(_terms(), r);
        _eq(rent.available, 2_764_800, "available");
        _eq(rent.gross, 2_764_800 * 10_000 * uint256(2_490_000) * 10_000, "gross at full load");
    }

    function test_AnEmptyRecordPaysTheMinimumLessTheCredit() public {
        MeteringRecord memory r;
        r.reservedSeconds = 2_764_800;
        Rent memory rent = _compute(_terms(), r);
        _eq(rent.gross, 2_764_800 * 7_000 * uint256(2_490_000) * 10_000, "take or pay");
        _eq(rent.slaCredit, (rent.gross * 3) / 10, "slaCredit");
        _eq(rent.net, (rent.gross * 7) / 10, "net");
    }

    function test_CurtailmentBeyondTheLimitCountsAgainstTheSla() public {
        MeteringRecord memory r = _record(0, 0, 0, 0);
        r.curtailedSeconds = 2_764_800;
        Rent memory rent = _compute(_terms(), r);
        _eq(rent.curtailmentCredit, 276_480 * uint256(2_490_000) * 500 * 10_000, "a tenth is excused");
        _eq(rent.slaCredit, (rent.gross * 3) / 10, "the rest is missing");
    }

    function test_WhollyCurtailedOwesNothing() public {
        LeaseTerms memory t = _terms();
        t.curtailLimitBps = 10_000;
        MeteringRecord memory r = _record(0, 0, 0, 0);
        r.curtailedSeconds = 2_764_800;
        Rent memory rent = _compute(t, r);
        _eq(rent.gross, 0, "gross");
        _eq(rent.slaCredit, 0, "no availability was due");
        _eq(rent.net, 0, "a credit never makes rent negative");
    }

    // Any input

    function _anyTerms(LeaseTerms memory t) private pure {
        t.gpuCount = uint32(_bound(t.gpuCount, 1, type(uint32).max));
        t.method = t.method % 2;
        t.takeOrPayBps %= 10_001;
        t.slaBps %= 10_001;
        t.slaCreditCapBps %= 10_001;
        t.efficiencyCapBps %= 10_001;
        t.curtailLimitBps %= 10_001;
        t.curtailCreditBps %= 10_001;
    }

    function testFuzz_RentNeverExceedsTheCap(LeaseTerms memory t, MeteringRecord memory r) public view {
        _anyTerms(t);
        Rent memory rent = _compute(t, r);
        _true(rent.net <= math.capPerEpoch(t, LENGTH) * PARTS, "net");
        _true(rent.gross % 10_000 == 0, "gross is whole in bps");
        _true(rent.slaCredit <= rent.gross, "slaCredit");
        int256 most = int256((rent.gross / 10_000) * t.efficiencyCapBps);
        _true(rent.efficiency <= most && rent.efficiency >= -most, "efficiency");
        int256 sum = int256(rent.gross) + rent.efficiency - int256(rent.slaCredit) - int256(rent.curtailmentCredit);
        _true(int256(rent.net) == (sum > 0 ? sum : int256(0)), "net is the sum, or nothing");
    }

    function testFuzz_NothingIsLostBetweenEpochs(
        uint64[6] calldata available,
        uint16[6] calldata load,
        uint96 price
    ) public {
        LeaseTerms memory t = _terms();
        t.price = uint96(_bound(price, 1, type(uint64).max));
        EpochLeaf memory leaf;
        uint256 net;
        for (uint32 i; i < 6; ++i) {
            MeteringRecord memory r = _record(available[i], available[i], load[i], 1_000_000);
            r.epoch = start + i;
            net += _compute(t, r).net;
            leaf = math.nextLeaf(t, leaf, r, LENGTH);
            _eq(leaf.rent * PARTS + leaf.remainder, net, "rent and remainder");
            _true(leaf.remainder < PARTS, "remainder");
            _true(leaf.rent <= math.capPerEpoch(t, LENGTH) * (i + 1), "cap of the epochs passed");
            _true(leaf.recordHash == keccak256(abi.encode(r)), "recordHash");
        }
    }

    function testFuzz_MoreAvailabilityNeverCostsTheProvider(uint64 less, uint64 more) public {
        LeaseTerms memory t = _terms();
        t.efficiencyTarget = 0;
        more = uint64(_bound(more, 0, 2_764_800));
        less = uint64(_bound(less, 0, more));
        uint256 a = _compute(t, _record(less, less, 9_000, 1)).net;
        uint256 b = _compute(t, _record(more, more, 9_000, 1)).net;
        _true(a <= b, "net fell");
    }
}
