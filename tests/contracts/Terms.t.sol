// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {ILeaseBook, Origination} from "../../contracts/interfaces/ILeaseBook.sol";
import {LeaseTerms} from "../../contracts/types/Lease.sol";
import {Fixture} from "./helpers/Fixture.sol";
import {vm} from "./helpers/Vm.sol";

contract TermsTest is Fixture {
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
        t.epochs = uint32(type(uint24).max) + 1;
        _refused(t, "epochs");
        t = _terms();
        t.startEpoch = type(uint32).max - t.epochs + 1;
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
        t.graceEpochs = uint16(t.noticeEpochs);
        _refused(t, "graceEpochs");
        t = _terms();
        t.deposit = type(uint88).max - CAP * 7 + 1;
        _refused(t, "deposit");
        t = _terms();
        t.units = 0;
        _refused(t, "units");
    }

    function test_RevertWhen_AFlexiblePriceHasNoRoomOrNoRate() public {
        for (uint8 method = 2; method < 4; ++method) {
            LeaseTerms memory t = _terms();
            (t.method, t.floorPrice, t.ceilingPrice, t.rateBps) = (method, 2, 1, 1);
            _refused(t, "floorPrice");
            (t.floorPrice, t.ceilingPrice, t.rateBps) = (1, 1_000_000, 0);
            _refused(t, "rateBps");
            (t.floorPrice, t.ceilingPrice, t.rateBps) = (0, 0, 1);
            _refused(t, "price");
            (t.floorPrice, t.ceilingPrice, t.rateBps) = (1_000_000, 1_000_000, 1);
            book.originate(_signed(t));
        }
    }

    /// @dev Half of what 88 bits hold for one epoch, and thirty epochs.
    function test_RevertWhen_AllEpochsTogetherCostMoreThanCanBeHeld() public {
        LeaseTerms memory t = _terms();
        (t.gpuCount, t.efficiencyCapBps, t.price) = (1, 0, type(uint88).max / 24 / 2);
        _refused(t, "price");
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

    function test_AnyShareMayBeAllOfIt() public {
        LeaseTerms memory t = _terms();
        (t.takeOrPayBps, t.slaBps, t.slaCreditCapBps, t.efficiencyCapBps) = (10_000, 10_000, 10_000, 10_000);
        (t.curtailLimitBps, t.curtailCreditBps, t.poolBps, t.feeBps) = (10_000, 10_000, 10_000, 0);
        book.originate(_signed(t));
    }

    /// @dev This price and this bonus make an epoch's cap 2^88 − 1, to the unit.
    function test_AnEpochMayCostAllThatCanBeHeld() public {
        LeaseTerms memory t = _terms();
        (t.gpuCount, t.epochs, t.noticeEpochs, t.efficiencyCapBps) = (1, 1, 1, 1);
        t.price = 12_893_919_350_620_982_431_956_015;
        _eq(book.capPerEpoch(t), type(uint88).max, "cap");
        dollar.mint(lessee, type(uint96).max);
        book.originate(_signed(t));
    }

    function test_TheLastEpochMayBeTheLastThereIs() public {
        LeaseTerms memory t = _terms();
        t.startEpoch = type(uint32).max - t.epochs;
        book.originate(_signed(t));
        t = _terms();
        (t.epochs, t.noticeEpochs) = (type(uint24).max, 1);
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

    function test_RevertWhen_TheMethodIsUnknown() public {
        for (uint8 method = 4; method < 7; ++method) {
            LeaseTerms memory t = _terms();
            t.method = method;
            Origination memory o = _signed(t);
            vm.expectRevert(abi.encodeWithSelector(ILeaseBook.InvalidTerms.selector, bytes32("method")));
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
}
