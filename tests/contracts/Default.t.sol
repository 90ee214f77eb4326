// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {ILeaseBook, LeaseStatus, Origination} from "../../contracts/interfaces/ILeaseBook.sol";
import {ILeaseClaims} from "../../contracts/interfaces/ILeaseClaims.sol";
import {LeaseTerms} from "../../contracts/types/Lease.sol";
import {Fixture} from "./helpers/Fixture.sol";
import {vm} from "./helpers/Vm.sol";

/// @dev declareDefault and useDeposit.
contract DefaultTest is Fixture {
    LeaseTerms private t;
    uint256 private id;

    function setUp() public override {
        super.setUp();
        t = _terms();
        (t.deposit, t.graceEpochs) = (2 * CAP + 1, 3);
        id = book.originate(_signed(t));
    }

    function _signature(uint256 key, uint256 deadline) private view returns (bytes memory) {
        bytes32 typehash = keccak256("Default(uint256 leaseId,uint256 deadline)");
        bytes32 structHash = keccak256(abi.encode(typehash, id, deadline));
        return _sign(key, _digest("ComputeRwa LeaseBook", address(book), structHash));
    }

    /// @dev Epochs settled at the cap, without a top-up.
    function _run(uint32 epochs) private {
        for (uint32 i; i < epochs; ++i) _settle(id, start + i, CAP * (i + 1));
    }

    function _declare(address by) private {
        vm.prank(by);
        book.declareDefault(t, 0, "");
    }

    // declareDefault

    function test_BeyondTheGraceTheProviderDeclaresDefault() public {
        _run(3);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.NotInDefault.selector, 4 * CAP, 4 * CAP));
        _declare(provider);
        _settle(id, start + 3, 4 * CAP);
        _true(book.statusOf(id) == LeaseStatus.Delinquent, "delinquent");
        // Synced through start + 3; three epochs of escrow and two of deposit are left.
        vm.expectEmit(address(book));
        emit ILeaseBook.LeaseDefaulted(id, start + 8);
        vm.expectEmit(address(claims));
        emit ILeaseClaims.DepositUsed(id, 2 * CAP + 1);
        _declare(provider);
        _true(book.statusOf(id) == LeaseStatus.Defaulted, "defaulted");
        _eq(claims.boundsOf(id).epochs, 9, "epochs");
        _eq(claims.escrowOf(id), 5 * CAP + 1, "escrow and deposit");
        _eq(claims.depositOf(id), 0, "deposit");
    }

    function test_HoldersArePaidForTheWholeNotice() public {
        _run(4);
        _declare(provider);
        for (uint32 i = 4; i < 9; ++i) _settle(id, start + i, CAP * (i + 1));
        _eq(claims.seriesOf(id).applied, 9 * CAP, "every epoch at the cap");
        _eq(claims.seriesOf(id).flags & 1, 0, "no arrears");
        _eq(book.refund(t), 1, "what is left of the deposit");
    }

    function test_AnybodySendsTheProvidersSignature() public {
        _run(4);
        bytes memory signature = _signature(PROVIDER_KEY, block.timestamp);
        vm.prank(stranger);
        book.declareDefault(t, block.timestamp, signature);
        _true(book.statusOf(id) == LeaseStatus.Defaulted, "defaulted");
    }

    function test_RevertWhen_AnotherDeclaresWhileEscrowIsLeft() public {
        _run(4);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.NotAParty.selector));
        _declare(stranger);
        bytes memory signature = _signature(LESSEE_KEY, block.timestamp);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.NotAParty.selector));
        book.declareDefault(t, block.timestamp, signature);
        signature = _signature(PROVIDER_KEY, block.timestamp - 1);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.SignatureExpired.selector, block.timestamp - 1));
        book.declareDefault(t, block.timestamp - 1, signature);
    }

    function test_OnceEscrowIsUsedUpAndRentInArrearsAnybodyDeclares() public {
        _run(7);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.NotAParty.selector));
        _declare(stranger);
        _settle(id, start + 7, CAP * 8);
        _declare(stranger);
        _true(book.statusOf(id) == LeaseStatus.Defaulted, "defaulted");
        _eq(
            uint256(claims.boundsOf(id).startEpoch) + claims.boundsOf(id).epochs - 1,
            start + 9,
            "deposit pays two more"
        );
    }

    function test_TheEndIsNeverBeforeTheCurrentEpoch() public {
        _run(8);
        vm.warp(_endOf(start + 14));
        _declare(stranger);
        _eq(uint256(start) + claims.boundsOf(id).epochs - 1, start + 15, "the current epoch");
    }

    function test_TheEndIsNeverBeyondTheLeases() public {
        _warpPast(start + 40);
        for (uint32 i; i < 28; ++i) {
            if (i >= 7) {
                vm.prank(lessee);
                book.fund(id, 0, CAP);
            }
            _settle(id, start + i, CAP * (i + 1));
        }
        (LeaseTerms memory tight, uint256 tightId) = _tight();
        for (uint32 i; i < 2; ++i) _settle(tightId, start + 41 + 1 + i, CAP * (i + 1));
        vm.prank(provider);
        book.declareDefault(tight, 0, "");
        _eq(claims.boundsOf(tightId).epochs, 3, "no longer than the terms");
    }

    /// @dev Three epochs, all prefunded but one.
    function _tight() private returns (LeaseTerms memory tight, uint256 tightId) {
        tight = _terms();
        (tight.startEpoch, tight.epochs, tight.noticeEpochs) = (start + 42, 3, 2);
        tightId = book.originate(_signed(tight));
        for (uint32 i = 28; i < 42; ++i) _post(start + i, keccak256(abi.encode(i)));
    }

    function test_ATopUpCuresInTime() public {
        _run(4);
        vm.prank(lessee);
        book.fund(id, 0, CAP);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.NotInDefault.selector, 4 * CAP, 4 * CAP));
        _declare(provider);
    }

    function test_RevertWhen_DeclaredTwice() public {
        _run(4);
        _declare(provider);
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.AlreadyDefaulted.selector, id));
        _declare(provider);
    }

    function test_RevertWhen_TheLeaseIsUnknown() public {
        LeaseTerms memory unknown = _terms();
        vm.expectRevert(abi.encodeWithSelector(ILeaseBook.UnknownLease.selector, book.leaseId(unknown)));
        book.declareDefault(unknown, 0, "");
    }

    function test_ALeaseWithoutADepositDefaultsToo() public {
        LeaseTerms memory bare = _terms();
        uint256 bareId = book.originate(_signed(bare));
        _settle(bareId, start, CAP);
        vm.prank(provider);
        book.declareDefault(bare, 0, "");
        _eq(claims.boundsOf(bareId).epochs, 7, "what escrow pays for");
    }

    // useDeposit

    function test_TheDepositPaysArrears() public {
        _run(8);
        uint256 applied = claims.seriesOf(id).applied;
        vm.expectEmit(address(claims));
        emit ILeaseClaims.DepositUsed(id, 2 * CAP + 1);
        vm.prank(stranger);
        _eq(claims.useDeposit(id), 2 * CAP + 1, "amount");
        ledger.sync(start + 7, _leaf(id, start + 7, CAP * 8), new bytes32[](0));
        _eq(claims.seriesOf(id).applied - applied, CAP, "arrears");
        _eq(claims.escrowOf(id), CAP + 1, "the rest is escrow");
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.NoArrears.selector, id));
        claims.useDeposit(id);
    }

    function test_RevertWhen_ThereAreNoArrearsOrNoDeposit() public {
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.NoArrears.selector, id));
        claims.useDeposit(id);
        _run(8);
        claims.useDeposit(id);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.NoDeposit.selector, id));
        claims.useDeposit(id);
    }

    function test_TheDepositIsPulledWithTheEscrow() public {
        LeaseTerms memory more = _terms();
        more.deposit = 77;
        uint256 before = dollar.balanceOf(lessee);
        uint256 moreId = book.leaseId(more);
        Origination memory o = _signed(more);
        vm.expectEmit(address(claims));
        emit ILeaseClaims.DepositPaid(moreId, lessee, 77);
        book.originate(o);
        _eq(before - dollar.balanceOf(lessee), 7 * uint256(CAP) + 77, "pulled");
        _eq(claims.depositOf(moreId), 77, "deposit");
    }
}
