// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Admission, IEligibility, Member, Policy} from "../../contracts/interfaces/IEligibility.sol";
import {Wallet} from "./helpers/Actors.sol";
import {Fixture} from "./helpers/Fixture.sol";
import {vm} from "./helpers/Vm.sol";

contract EligibilityTest is Fixture {
    uint16 private constant PROFESSIONALS = 2;

    function _admission() private view returns (Admission memory) {
        return Admission(stranger, uint64(block.timestamp + 365 days), 276, 2, 1, block.timestamp + 1 hours);
    }

    function _signedBy(uint256 key, Admission memory a) private view returns (bytes memory) {
        bytes32 typehash = keccak256(
            "Admission(address account,uint64 validUntil,uint16 jurisdiction,uint8 investorClass,uint256 nonce,uint256 deadline)"
        );
        bytes32 structHash = keccak256(abi.encode(typehash, a));
        return _sign(key, _digest("ComputeRwa Eligibility", address(eligibility), structHash));
    }

    // admit

    function test_AdmitsByTheRegistrarsSignature() public {
        Admission memory a = _admission();
        bytes memory signature = _signedBy(REGISTRAR_KEY, a);
        vm.expectEmit(address(eligibility));
        emit IEligibility.MemberSet(stranger, a.validUntil, 276, 2, false);
        vm.prank(stranger);
        eligibility.admit(a, signature);
        Member memory m = eligibility.memberOf(stranger);
        _eq(m.validUntil, a.validUntil, "validUntil");
        _eq(m.jurisdiction, 276, "jurisdiction");
        _eq(m.investorClass, 2, "investorClass");
        _true(eligibility.canHold(stranger, MEMBERS), "may hold");
    }

    function test_AdmitsByARegistrarContract() public {
        Wallet wallet = new Wallet(alice);
        eligibility.setRegistrar(address(wallet));
        Admission memory a = _admission();
        eligibility.admit(a, _signedBy(ALICE_KEY, a));
        _true(eligibility.canHold(stranger, MEMBERS), "may hold");
    }

    function test_AdmittingDoesNotLiftABlock() public {
        _block(stranger);
        Admission memory a = _admission();
        eligibility.admit(a, _signedBy(REGISTRAR_KEY, a));
        _true(eligibility.memberOf(stranger).blocked, "blocked");
        _true(!eligibility.canHold(stranger, 0), "may not hold");
    }

    function test_RevertWhen_AnotherSigns() public {
        Admission memory a = _admission();
        bytes memory signature = _signedBy(ALICE_KEY, a);
        vm.expectRevert(abi.encodeWithSelector(IEligibility.InvalidRegistrarSignature.selector));
        eligibility.admit(a, signature);
    }

    function test_RevertWhen_TheAdmissionIsAltered() public {
        for (uint256 i; i < 6; ++i) {
            Admission memory a = _admission();
            bytes memory signature = _signedBy(REGISTRAR_KEY, a);
            if (i == 0) a.account = alice;
            else if (i == 1) a.validUntil += 1;
            else if (i == 2) a.jurisdiction = 840;
            else if (i == 3) a.investorClass = 3;
            else if (i == 4) a.nonce = 2;
            else a.deadline += 1;
            vm.expectRevert(abi.encodeWithSelector(IEligibility.InvalidRegistrarSignature.selector));
            eligibility.admit(a, signature);
        }
    }

    function test_RevertWhen_TheAdmissionIsReplayed() public {
        Admission memory a = _admission();
        bytes memory signature = _signedBy(REGISTRAR_KEY, a);
        eligibility.admit(a, signature);
        vm.expectRevert(abi.encodeWithSelector(IEligibility.NonceUsed.selector, 1));
        eligibility.admit(a, signature);
    }

    function test_NoncesAreEachAccountsOwn() public {
        Admission memory a = _admission();
        eligibility.admit(a, _signedBy(REGISTRAR_KEY, a));
        a.account = address(0x57B);
        eligibility.admit(a, _signedBy(REGISTRAR_KEY, a));
        _true(eligibility.canHold(a.account, MEMBERS), "may hold");
    }

    function test_RevertWhen_TheAdmissionIsTooOld() public {
        Admission memory a = _admission();
        bytes memory signature = _signedBy(REGISTRAR_KEY, a);
        vm.warp(a.deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IEligibility.SignatureExpired.selector, a.deadline));
        eligibility.admit(a, signature);
        vm.warp(a.deadline);
        eligibility.admit(a, signature);
    }

    // Policies

    function test_PolicyZeroAsksOnlyNotToBeBlocked() public {
        _true(eligibility.canHold(stranger, 0), "stranger");
        _true(!eligibility.canHold(address(0), 0), "nobody");
        _block(stranger);
        _true(!eligibility.canHold(stranger, 0), "blocked");
    }

    function test_MembershipExpires() public {
        eligibility.setMember(stranger, Member(uint64(block.timestamp), 840, 1, false));
        _true(eligibility.canHold(stranger, MEMBERS), "in its last second");
        vm.warp(block.timestamp + 1);
        _true(!eligibility.canHold(stranger, MEMBERS), "after");
        _true(eligibility.canSend(stranger), "may still sell");
    }

    function test_AClassIsAMembersClass() public {
        eligibility.setPolicy(PROFESSIONALS, Policy(false, 2));
        eligibility.setMember(stranger, Member(type(uint64).max, 840, 1, false));
        _true(!eligibility.canHold(stranger, PROFESSIONALS), "retail");
        eligibility.setMember(stranger, Member(type(uint64).max, 840, 2, false));
        _true(eligibility.canHold(stranger, PROFESSIONALS), "professional");
        eligibility.setMember(stranger, Member(0, 840, 3, false));
        _true(!eligibility.canHold(stranger, PROFESSIONALS), "expired institution");
    }

    function test_APolicyBarsJurisdictions() public {
        eligibility.setPolicy(7, Policy(false, 0));
        eligibility.setMember(alice, Member(type(uint64).max, 840, 2, false));
        eligibility.setMember(bob, Member(type(uint64).max, 276, 2, false));
        eligibility.setJurisdiction(7, 840, true);
        _true(eligibility.isBarred(7, 840) && !eligibility.isBarred(7, 276), "read back");
        _true(!eligibility.canHold(alice, 7), "barred");
        _true(eligibility.canHold(bob, 7), "another");
        _true(eligibility.canHold(stranger, 7), "of none that is known");
        _true(eligibility.canHold(alice, MEMBERS), "under another policy");
        _true(eligibility.canSend(alice), "may still sell");
        eligibility.setJurisdiction(7, 0, true);
        _true(!eligibility.canHold(stranger, 7), "the unknown barred too");
    }

    function test_ABarOutlivesAChangeOfThePolicy() public {
        eligibility.setPolicy(7, Policy(false, 0));
        eligibility.setJurisdiction(7, 840, true);
        eligibility.setPolicy(7, Policy(true, 1));
        _true(!eligibility.canHold(alice, 7), "still barred");
        eligibility.setJurisdiction(7, 840, false);
        _true(eligibility.canHold(alice, 7), "admitted again");
    }

    function test_RevertWhen_PolicyZeroIsToBar() public {
        vm.expectRevert(abi.encodeWithSelector(IEligibility.PolicyZeroIsOpen.selector));
        eligibility.setJurisdiction(0, 840, true);
    }

    function test_RevertWhen_AStrangerBars() public {
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger));
        eligibility.setJurisdiction(7, 840, true);
    }

    function test_APolicyMayAskNothing() public {
        eligibility.setPolicy(7, Policy(false, 0));
        _true(eligibility.canHold(stranger, 7), "stranger");
        _true(!eligibility.canHold(stranger, 8), "a policy nobody has set admits nobody");
        _true(!eligibility.canHold(alice, 8), "not even members");
    }

    function test_PoliciesAreReadBack() public {
        vm.expectEmit(address(eligibility));
        emit IEligibility.PolicySet(PROFESSIONALS, true, 3);
        eligibility.setPolicy(PROFESSIONALS, Policy(true, 3));
        Policy memory p = eligibility.policyOf(PROFESSIONALS);
        _true(p.membersOnly && p.minClass == 3, "policy");
    }

    function test_CheckAnswersBothSides() public {
        (bool fromOk, bool toOk) = eligibility.check(MEMBERS, stranger, stranger);
        _true(fromOk && !toOk, "a stranger may send and not receive");
        _block(alice);
        (fromOk, toOk) = eligibility.check(MEMBERS, alice, bob);
        _true(!fromOk && toOk, "a blocked member may not send");
    }

    function testFuzz_QuestionsNeverRevert(uint16 policy, address from, address to) public view {
        eligibility.check(policy, from, to);
        eligibility.canHold(to, policy);
        eligibility.canSend(from);
        eligibility.canReceive(to);
    }

    // Jurisdictions

    function test_APolicyBarsAJurisdictionAndAdmitsItAgain() public {
        vm.expectEmit(address(eligibility));
        emit IEligibility.JurisdictionSet(MEMBERS, 840, true);
        eligibility.setJurisdiction(MEMBERS, 840, true);
        _true(eligibility.isBarred(MEMBERS, 840), "barred");
        _true(!eligibility.canHold(alice, MEMBERS), "a member there");
        eligibility.setMember(bob, Member(type(uint64).max, 276, 2, false));
        _true(eligibility.canHold(bob, MEMBERS), "a member elsewhere");
        eligibility.setPolicy(MEMBERS, Policy(true, 1));
        _true(!eligibility.canHold(alice, MEMBERS), "setting the policy lifts no bar");
        eligibility.setJurisdiction(MEMBERS, 840, false);
        _true(eligibility.canHold(alice, MEMBERS), "admitted again");
    }

    function test_WhoeverWasNeverAdmittedHasJurisdictionZero() public {
        eligibility.setPolicy(PROFESSIONALS, Policy(false, 0));
        _true(eligibility.canHold(stranger, PROFESSIONALS), "open");
        eligibility.setJurisdiction(PROFESSIONALS, 0, true);
        _true(!eligibility.canHold(stranger, PROFESSIONALS), "barred");
        _true(eligibility.canHold(alice, PROFESSIONALS), "admitted somewhere");
    }

    function test_RevertWhen_PolicyZeroBarsAJurisdiction() public {
        vm.expectRevert(abi.encodeWithSelector(IEligibility.PolicyZeroIsOpen.selector));
        eligibility.setJurisdiction(0, 840, true);
    }

    function test_RevertWhen_AStrangerBarsAJurisdiction() public {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger));
        vm.prank(stranger);
        eligibility.setJurisdiction(MEMBERS, 840, true);
    }

    // Who may

    function test_TheRegistrarSetsMembers() public {
        vm.prank(vm.addr(REGISTRAR_KEY));
        eligibility.setMember(stranger, Member(type(uint64).max, 840, 2, false));
        _true(eligibility.canHold(stranger, MEMBERS), "may hold");
    }

    function test_RevertWhen_PolicyZeroIsSet() public {
        vm.expectRevert(abi.encodeWithSelector(IEligibility.PolicyZeroIsOpen.selector));
        eligibility.setPolicy(0, Policy(true, 1));
    }

    function test_RevertWhen_AStrangerSets() public {
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(refusal);
        eligibility.setMember(stranger, Member(type(uint64).max, 840, 2, false));
        vm.expectRevert(refusal);
        eligibility.setPolicy(MEMBERS, Policy(false, 0));
        vm.expectRevert(refusal);
        eligibility.setRegistrar(stranger);
        vm.stopPrank();
    }

    function test_RevertWhen_TheRegistrarSetsAPolicy() public {
        address registrar = vm.addr(REGISTRAR_KEY);
        vm.prank(registrar);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, registrar));
        eligibility.setPolicy(MEMBERS, Policy(false, 0));
    }

    function test_AFormerRegistrarIsNone() public {
        vm.expectEmit(address(eligibility));
        emit IEligibility.RegistrarSet(alice);
        eligibility.setRegistrar(alice);
        Admission memory a = _admission();
        bytes memory signature = _signedBy(REGISTRAR_KEY, a);
        vm.expectRevert(abi.encodeWithSelector(IEligibility.InvalidRegistrarSignature.selector));
        eligibility.admit(a, signature);
        eligibility.admit(a, _signedBy(ALICE_KEY, a));
    }
}
