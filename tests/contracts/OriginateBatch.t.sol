// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {ILeaseBook, Origination} from "../../contracts/interfaces/ILeaseBook.sol";
import {LeaseTerms} from "../../contracts/types/Lease.sol";
import {BadReceiver} from "./helpers/Actors.sol";
import {Fixture} from "./helpers/Fixture.sol";
import {Vm, vm} from "./helpers/Vm.sol";

contract OriginateBatchTest is Fixture {
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
}
