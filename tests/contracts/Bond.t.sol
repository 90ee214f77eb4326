// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IEpochLedger, LedgerSettings, Step} from "../../contracts/interfaces/IEpochLedger.sol";
import {Steps} from "./helpers/Steps.sol";
import {vm} from "./helpers/Vm.sol";

/// @dev depositBond, withdrawBond, collect and collectTo; and what a ledger may be deployed with.
contract BondTest is Steps {
    uint256 private id;

    function setUp() public override {
        super.setUp();
        id = _let(_terms());
    }

    function test_AnybodyAddsToTheBond() public {
        vm.expectEmit(address(ledger));
        emit IEpochLedger.BondDeposited(stranger, 5);
        vm.prank(stranger);
        ledger.depositBond(5);
        _eq(ledger.bond(), 3 * ROOT_BOND + 5, "bond");
        _eq(dollar.balanceOf(address(ledger)), 3 * ROOT_BOND + 5, "held");
    }

    function test_TheTreasurerWithdrawsWhatNoRootNeeds() public {
        _epoch(start);
        vm.expectEmit(address(ledger));
        emit IEpochLedger.BondWithdrawn(bob, 2 * ROOT_BOND);
        ledger.withdrawBond(2 * ROOT_BOND, bob);
        _eq(dollar.balanceOf(bob), 2 * ROOT_BOND, "paid");
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.BondLocked.selector));
        ledger.withdrawBond(1, bob);
        _ripen();
        ledger.withdrawBond(ROOT_BOND, bob);
        _eq(ledger.bond(), 0, "bond");
    }

    function test_BeforeTheFirstRootNothingIsLocked() public {
        ledger.withdrawBond(3 * ROOT_BOND, bob);
        _eq(ledger.bond(), 0, "bond");
    }

    function test_RevertWhen_MoreIsWithdrawnThanThereIs() public {
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.BondTooSmall.selector, 3 * ROOT_BOND, 3 * ROOT_BOND + 1));
        ledger.withdrawBond(3 * ROOT_BOND + 1, bob);
    }

    function test_RevertWhen_AStrangerWithdraws() public {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger));
        vm.prank(stranger);
        ledger.withdrawBond(1, stranger);
    }

    function test_CreditsAreCollectedOnce() public {
        _epoch(start);
        _ripen();
        _meter(start + 1);
        leavesOf[start + 1][0].wattHours += 1;
        _publish(start + 1);
        Step memory step = _step(start + 1, id);
        vm.prank(bob);
        ledger.challenge(start + 1, step);
        vm.expectEmit(address(ledger));
        emit IEpochLedger.Collected(bob, bob, ROOT_BOND / 2);
        _eq(ledger.collect(bob), ROOT_BOND / 2, "amount");
        _eq(dollar.balanceOf(bob), ROOT_BOND / 2, "paid");
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.NothingOwed.selector, bob));
        ledger.collect(bob);
    }

    function test_TheCreditorNamesWhereItGoes() public {
        _epoch(start);
        vm.prank(stranger);
        ledger.demandReveal(start, id);
        Step memory step = _step(start, id);
        vm.prank(bob);
        ledger.reveal(start, step);
        vm.prank(bob);
        _eq(ledger.collectTo(alice), DISPUTE_BOND, "amount");
        _eq(dollar.balanceOf(alice), DISPUTE_BOND, "paid");
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.NothingOwed.selector, stranger));
        vm.prank(stranger);
        ledger.collectTo(stranger);
    }

    function test_WhatALedgerIsDeployedWithIsThereToRead() public view {
        _eq(address(ledger.bondToken()), address(dollar), "bondToken");
        _eq(ledger.rootBond(), ROOT_BOND, "rootBond");
        _eq(ledger.disputeBond(), DISPUTE_BOND, "disputeBond");
    }

    function test_RevertWhen_TheWindowIsLongerThanTheLongestRing() public {
        _deployed(30 * LENGTH);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.WindowTooLong.selector));
        this.deployed(31 * LENGTH);
    }

    function deployed(uint32 window) external {
        _deployed(window);
    }

    function _deployed(uint32 window) private {
        LedgerSettings memory s = _settings(window);
        (s.claims, s.book) = (claims, book);
        bytes memory code = bytes.concat(vm.getCode("contracts/EpochLedger.sol:EpochLedger"), abi.encode(s, authority));
        assembly ("memory-safe") {
            if iszero(create(0, add(code, 0x20), mload(code))) {
                returndatacopy(0, 0, returndatasize())
                revert(0, returndatasize())
            }
        }
    }

    function test_WithoutADisputeBondNothingIsTaken() public {
        disputeBond = 0;
        _setUp(WINDOW);
        id = _originate();
        _post(start, keccak256("root"));
        vm.recordLogs();
        vm.prank(stranger);
        ledger.demandReveal(start, id);
        _eq(vm.getRecordedLogs().length, 1, "the demand, and no transfer");
    }
}
