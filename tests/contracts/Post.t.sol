// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IEpochLedger} from "../../contracts/interfaces/IEpochLedger.sol";
import {EpochRoot} from "../../contracts/types/Lease.sol";
import {Fixture} from "./helpers/Fixture.sol";
import {vm} from "./helpers/Vm.sol";

contract PostTest is Fixture {
    function setUp() public override {
        super.setUp();
        _warpPast(start + 5);
    }

    function _refused(EpochRoot memory r, bytes memory reason) private {
        bytes[] memory signatures = _attest(r);
        vm.expectRevert(reason);
        ledger.post(r, signatures);
    }

    // What it does

    function test_RecordsTheRoot() public {
        EpochRoot memory r = EpochRoot(start, 0, keccak256("root"), 0, 4, 1e9, 5, 6, keccak256("file"));
        vm.expectEmit(address(ledger));
        emit IEpochLedger.EpochPosted(start, r.root, 0, 0, 4, 1e9, 5, 6, r.dataHash, stranger);
        bytes[] memory signatures = _attest(r);
        vm.prank(stranger);
        ledger.post(r, signatures);
        _eq(ledger.latestEpoch(), start, "latest");
        _true(ledger.isActive(start, r.root), "active");
        _true(!ledger.isActive(start, keccak256("other")), "another root");
        _true(!ledger.isActive(start + 1, r.root), "another epoch");
    }

    function test_DigestIsTheTypedStructs() public view {
        EpochRoot memory r = EpochRoot(1, 2, keccak256("root"), keccak256("previous"), 3, 4, 5, 6, keccak256("file"));
        bytes32 typehash = keccak256(
            "EpochRoot(uint32 epoch,uint32 attempt,bytes32 root,bytes32 previousRoot,uint32 leases,uint128 rent,uint64 gpuSeconds,uint64 wattHours,bytes32 dataHash)"
        );
        bytes32 digest = _digest("ComputeRwa EpochLedger", address(ledger), keccak256(abi.encode(typehash, r)));
        _true(ledger.rootDigest(r) == digest, "digest");
    }

    function test_TheFirstMayBeAnyThatHasEnded() public {
        _post(start + 3, keccak256("root"));
        _eq(ledger.latestEpoch(), start + 3, "latest");
    }

    function test_ABondThatIsJustEnoughSuffices() public {
        ledger.withdrawBond(2 * ROOT_BOND, bob);
        _post(start, keccak256("root"));
        _eq(ledger.latestEpoch(), start, "latest");
    }

    function test_ThreeMaySign() public {
        EpochRoot memory r = _root(start, keccak256("root"));
        bytes[] memory signatures = new bytes[](3);
        for (uint256 i; i < 3; ++i) signatures[i] = _sign(attestorKeys[i], ledger.rootDigest(r));
        ledger.post(r, signatures);
    }

    function test_AnyTwoOfThreeSuffice() public {
        EpochRoot memory r = _root(start, keccak256("root"));
        bytes[] memory signatures = new bytes[](2);
        signatures[0] = _sign(attestorKeys[0], ledger.rootDigest(r));
        signatures[1] = _sign(attestorKeys[2], ledger.rootDigest(r));
        ledger.post(r, signatures);
    }

    function test_TheRingKeepsTheLastTwo() public {
        bytes32[3] memory roots = [keccak256("a"), keccak256("b"), keccak256("c")];
        for (uint32 i; i < 3; ++i) _post(start + i, roots[i]);
        _true(!ledger.isActive(start, roots[0]), "the first is gone");
        _true(ledger.isActive(start + 1, roots[1]), "second");
        _true(ledger.isActive(start + 2, roots[2]), "third");
    }

    // What it refuses

    function test_RevertWhen_TheEpochHasNotEnded() public {
        vm.warp(_endOf(start) - 1);
        _refused(_root(start, "root"), abi.encodeWithSelector(IEpochLedger.EpochNotEnded.selector, start));
        vm.warp(_endOf(start));
        _post(start, "a root of more than forty bits");
    }

    /// @dev Epoch 0 stands for none.
    function test_RevertWhen_TheEpochIsZero() public {
        _refused(_root(0, keccak256("root")), abi.encodeWithSelector(IEpochLedger.WrongEpoch.selector, 1, 0));
    }

    /// @dev A ring slot keeps the top bits of a root only; before the first there is none, whatever the low bits say.
    function test_RevertWhen_TheFirstNamesAPreviousRoot() public {
        lastRoot = bytes32(uint256(1));
        _refused(
            _root(start, keccak256("root")),
            abi.encodeWithSelector(IEpochLedger.WrongPreviousRoot.selector, bytes32(0))
        );
    }

    function test_RevertWhen_AnEpochIsLeftOutOrRepeated() public {
        _post(start, keccak256("root"));
        uint32[3] memory wrong = [start - 1, start, start + 2];
        for (uint256 i; i < 3; ++i) {
            _refused(
                _root(wrong[i], keccak256("next")),
                abi.encodeWithSelector(IEpochLedger.WrongEpoch.selector, start + 1, wrong[i])
            );
        }
    }

    function test_RevertWhen_TheAttemptIsNotDue() public {
        EpochRoot memory r = _root(start, keccak256("root"));
        r.attempt = 1;
        _refused(r, abi.encodeWithSelector(IEpochLedger.WrongAttempt.selector, 0, 1));
    }

    function test_RevertWhen_ThePreviousRootIsNotTheLast() public {
        EpochRoot memory r = _root(start, keccak256("root"));
        r.previousRoot = keccak256("invented");
        _refused(r, abi.encodeWithSelector(IEpochLedger.WrongPreviousRoot.selector, bytes32(0)));
        _post(start, keccak256("root"));
        r = _root(start + 1, keccak256("next"));
        bytes32 kept = bytes32((uint256(keccak256("root")) >> 40) << 40);
        r.previousRoot = 0;
        _refused(r, abi.encodeWithSelector(IEpochLedger.WrongPreviousRoot.selector, kept));
        r.previousRoot = keccak256("next");
        _refused(r, abi.encodeWithSelector(IEpochLedger.WrongPreviousRoot.selector, kept));
    }

    function test_RevertWhen_TheRootIsEmpty() public {
        bytes memory reason = abi.encodeWithSelector(IEpochLedger.EmptyRoot.selector);
        _refused(_root(start, 0), reason);
        _refused(_root(start, bytes32(uint256(type(uint40).max))), reason);
    }

    function test_RevertWhen_TooFewSign() public {
        EpochRoot memory r = _root(start, keccak256("root"));
        bytes[] memory signatures = new bytes[](1);
        signatures[0] = _sign(attestorKeys[0], ledger.rootDigest(r));
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.TooFewSignatures.selector, 1, 2));
        ledger.post(r, signatures);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.TooFewSignatures.selector, 0, 2));
        ledger.post(r, new bytes[](0));
    }

    function test_RevertWhen_OneSignsTwice() public {
        EpochRoot memory r = _root(start, keccak256("root"));
        bytes[] memory signatures = _attest(r);
        signatures[1] = signatures[0];
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.SignersNotAscending.selector));
        ledger.post(r, signatures);
    }

    function test_RevertWhen_SignaturesDescend() public {
        EpochRoot memory r = _root(start, keccak256("root"));
        bytes[] memory signatures = _attest(r);
        (signatures[0], signatures[1]) = (signatures[1], signatures[0]);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.SignersNotAscending.selector));
        ledger.post(r, signatures);
    }

    function test_RevertWhen_ASignerIsNoAttestor() public {
        EpochRoot memory r = _root(start, keccak256("root"));
        bytes[] memory signatures = _attest(r);
        signatures[1] = _sign(PROVIDER_KEY, ledger.rootDigest(r));
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.NotAnAttestor.selector, provider));
        ledger.post(r, signatures);
        signatures[1] = "garbage";
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.NotAnAttestor.selector, address(0)));
        ledger.post(r, signatures);
    }

    function test_RevertWhen_AnyMemberIsAlteredAfterSigning() public {
        for (uint256 i; i < 6; ++i) {
            EpochRoot memory r = _root(start, keccak256("root"));
            bytes[] memory signatures = _attest(r);
            if (i == 0) r.epoch += 1;
            else if (i == 1) r.root = keccak256("other");
            else if (i == 2) r.leases += 1;
            else if (i == 3) r.rent += 1;
            else if (i == 4) r.gpuSeconds += 1;
            else r.dataHash = keccak256("other");
            vm.expectPartialRevert(IEpochLedger.NotAnAttestor.selector);
            ledger.post(r, signatures);
        }
    }

    // Attestors

    function test_TheOwnerChangesAttestors() public {
        vm.expectEmit(address(ledger));
        emit IEpochLedger.AttestorSet(provider, true);
        ledger.setAttestor(provider, true);
        _true(ledger.isAttestor(provider), "set");
        ledger.setAttestor(provider, true);
        ledger.setThreshold(4);
        _eq(ledger.threshold(), 4, "threshold");
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.InvalidThreshold.selector));
        ledger.setAttestor(provider, false);
        ledger.setThreshold(2);
        ledger.setAttestor(provider, false);
        _true(!ledger.isAttestor(provider), "removed");
    }

    function test_RevertWhen_TheThresholdCannotBeMet() public {
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.InvalidThreshold.selector));
        ledger.setThreshold(0);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.InvalidThreshold.selector));
        ledger.setThreshold(4);
    }

    function test_RevertWhen_AStrangerChangesAttestors() public {
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(refusal);
        ledger.setAttestor(stranger, true);
        vm.expectRevert(refusal);
        ledger.setThreshold(1);
        vm.stopPrank();
    }

    function test_RevertWhen_ARemovedAttestorSigns() public {
        ledger.setAttestor(vm.addr(attestorKeys[0]), false);
        EpochRoot memory r = _root(start, keccak256("root"));
        bytes memory reason = abi.encodeWithSelector(IEpochLedger.NotAnAttestor.selector, vm.addr(attestorKeys[0]));
        _refused(r, reason);
    }
}
