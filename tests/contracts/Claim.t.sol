// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ILeaseClaims} from "../../contracts/interfaces/ILeaseClaims.sol";
import {LeaseTerms} from "../../contracts/types/Lease.sol";
import {HookToken} from "./helpers/Actors.sol";
import {Fixture} from "./helpers/Fixture.sol";
import {vm} from "./helpers/Vm.sol";

interface IUsdcLike is IERC20 {
    function mint(address to, uint256 value) external;
    function blacklist(address account, bool on) external;
}

contract ClaimTest is Fixture {
    uint256 private id;

    function setUp() public override {
        super.setUp();
        id = _originate();
        vm.prank(provider);
        claims.safeTransferFrom(provider, alice, id, 250_000, "");
    }

    function test_PaysTheHolderWhoeverCalls() public {
        _settle(id, start, 1_000_000_000);
        vm.expectEmit(address(claims));
        emit ILeaseClaims.Claimed(id, alice, alice, 200_000_000);
        vm.prank(stranger);
        _eq(claims.claim(id, alice), 200_000_000, "amount");
        _eq(dollar.balanceOf(alice), 200_000_000, "received");
        _eq(claims.claimable(id, alice), 0, "left");
        _eq(claims.claimable(id, provider), 600_000_000, "others'");
    }

    function test_PaysOnce() public {
        _settle(id, start, 1_000_000_000);
        claims.claim(id, alice);
        _eq(claims.claim(id, alice), 0, "again");
        _settle(id, start + 1, 1_500_000_000);
        _eq(claims.claim(id, alice), 100_000_000, "the next epoch's");
    }

    function test_NothingIsOwedToStrangersOrInUnknownLeases() public {
        _settle(id, start, 1_000_000_000);
        _eq(claims.claim(id, stranger), 0, "stranger");
        _eq(claims.claim(99, alice), 0, "unknown lease");
        _eq(claims.claimable(99, alice), 0, "unknown lease's view");
    }

    function test_AHolderThatSoldEverythingKeepsItsRevenue() public {
        _settle(id, start, 1_000_000_000);
        vm.prank(alice);
        claims.safeTransferFrom(alice, bob, id, 250_000, "");
        _eq(claims.claim(id, alice), 200_000_000, "alice");
        _eq(claims.claim(id, bob), 0, "bob");
    }

    function test_ALeaseOfOneUnitPaysItAll() public {
        LeaseTerms memory t = _terms();
        t.units = 1;
        id = book.originate(_signed(t));
        _settle(id, start, 1_000_000_000);
        _eq(claims.claim(id, provider), 800_000_000, "amount");
    }

    function test_ClaimsManyLeasesAtOnce() public {
        uint256[] memory ids = new uint256[](3);
        (ids[0], ids[1], ids[2]) = (id, _originate(), 99);
        _settle(ids[0], start, 1_000_000_000);
        _settle(ids[1], start + 1, 1_000_000_000);
        claims.claimMany(ids, provider);
        _eq(dollar.balanceOf(provider), 600_000_000 + 800_000_000, "received");
    }

    function test_TheHolderMayNameAnotherAddress() public {
        _settle(id, start, 1_000_000_000);
        vm.expectEmit(address(claims));
        emit ILeaseClaims.Claimed(id, alice, stranger, 200_000_000);
        vm.prank(alice);
        _eq(claims.claimTo(id, stranger), 200_000_000, "amount");
        _eq(dollar.balanceOf(stranger), 200_000_000, "received");
    }

    function test_NobodyElseMay() public {
        _settle(id, start, 1_000_000_000);
        vm.prank(stranger);
        _eq(claims.claimTo(id, stranger), 0, "a stranger claims its own nothing");
        _eq(claims.claimable(id, alice), 200_000_000, "alice's");
    }

    function test_CashIsExactAcrossHolders() public {
        _settle(id, start, 999_999_999);
        uint256 perUnit = (uint256(999_999_999) * 8) / 10 / 1e6;
        _eq(claims.claimable(id, alice), perUnit * 250_000, "alice");
        _eq(claims.claimable(id, provider), perUnit * 750_000, "provider");
        _settle(id, start + 1, 1_000_000_000);
        _eq(claims.claimable(id, alice), 200_000_000, "the rest of a base unit per unit is carried");
    }

    function test_ClaimingIsNeverPaused() public {
        _settle(id, start, 1_000_000_000);
        book.pauseNewLeases();
        _block(alice);
        claims.setFrozenTokens(alice, id, type(uint256).max);
        eligibility.setMember(provider, eligibility.memberOf(stranger));
        claims.claim(id, alice);
        claims.claim(id, provider);
        _eq(dollar.balanceOf(alice) + dollar.balanceOf(provider), 800_000_000, "received");
    }

    function test_ABlacklistedHolderNamesAnotherAddress() public {
        IUsdcLike usdc = IUsdcLike(
            _create(
                "contracts/mocks/AdminProxy.sol:AdminProxy",
                abi.encode(_create("contracts/mocks/UsdcLike.sol:UsdcLike", ""), address(0xAD))
            )
        );
        claims.allowPayToken(address(usdc));
        vm.startPrank(lessee);
        usdc.mint(lessee, 1e12);
        usdc.approve(address(claims), 1e12);
        vm.stopPrank();
        LeaseTerms memory t = _terms();
        t.payToken = address(usdc);
        id = book.originate(_signed(t));
        vm.prank(provider);
        claims.safeTransferFrom(provider, alice, id, 250_000, "");
        _settle(id, start, 1_000_000_000);
        usdc.blacklist(alice, true);
        vm.expectRevert();
        claims.claim(id, alice);
        _eq(claims.claim(id, provider), 600_000_000, "others are paid");
        vm.prank(alice);
        claims.claimTo(id, bob);
        _eq(usdc.balanceOf(bob), 200_000_000, "received");
    }

    /// @dev A token that calls back may take what is owed, never twice.
    function test_AReentrantTokenGainsNothing() public {
        HookToken hook = new HookToken();
        claims.allowPayToken(address(hook));
        hook.mint(lessee, 1e12);
        vm.prank(lessee);
        hook.approve(address(claims), 1e12);
        LeaseTerms memory t = _terms();
        t.payToken = address(hook);
        id = book.originate(_signed(t));
        _settle(id, start, 1_000_000_000);
        hook.arm(address(claims), abi.encodeCall(ILeaseClaims.claim, (id, provider)));
        claims.claim(id, provider);
        _true(hook.reentered(), "the token did call back");
        _eq(hook.balanceOf(provider), 800_000_000, "provider as holder");
        hook.arm(address(claims), abi.encodeCall(ILeaseClaims.collectFee, (id)));
        claims.collectFee(id);
        _eq(hook.balanceOf(feeRecipient), 20_000_000, "fee");
        hook.arm(address(book), abi.encodeCall(book.payProvider, (t)));
        book.payProvider(t);
        _eq(hook.balanceOf(provider), 980_000_000, "provider");
        _eq(hook.balanceOf(address(claims)), claims.escrowOf(id), "what is left is escrow");
    }

    // Fee

    function test_CollectsTheFeeOnce() public {
        _settle(id, start, 1_000_000_000);
        vm.expectEmit(address(claims));
        emit ILeaseClaims.FeeCollected(id, feeRecipient, 20_000_000);
        vm.prank(stranger);
        _eq(claims.collectFee(id), 20_000_000, "amount");
        _eq(dollar.balanceOf(feeRecipient), 20_000_000, "received");
        _eq(claims.collectFee(id), 0, "again");
    }

    function test_NothingIsSaidOfPaymentsOfNothing() public {
        LeaseTerms memory t = _terms();
        id = book.originate(_signed(t));
        vm.recordLogs();
        _eq(claims.collectFee(id), 0, "fee");
        _eq(book.payProvider(t), 0, "provider");
        _eq(claims.claim(id, provider), 0, "holder");
        _eq(vm.getRecordedLogs().length, 0, "events");
    }

    function test_RevertWhen_TheFeeOfAnUnknownLeaseIsCollected() public {
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.UnknownLease.selector, 99));
        claims.collectFee(99);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.UnknownLease.selector, 99));
        claims.payTokenOf(99);
    }

    function test_TheOwnerNamesTheFeeRecipient() public {
        vm.expectEmit(address(claims));
        emit ILeaseClaims.FeeRecipientSet(bob);
        claims.setFeeRecipient(bob);
        _eq(claims.feeRecipient(), bob, "feeRecipient");
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger));
        claims.setFeeRecipient(stranger);
    }

    // Pay tokens

    function test_PayTokensAreCountedFromOne() public {
        _eq(claims.payTokenIndex(address(dollar)), 1, "dollar");
        vm.expectEmit(address(claims));
        emit ILeaseClaims.PayTokenAllowed(address(0x70), 2);
        _eq(claims.allowPayToken(address(0x70)), 2, "second");
        _eq(claims.allowPayToken(address(dollar)), 1, "again");
        _eq(claims.payTokenIndex(address(0x71)), 0, "not allowed");
    }

    function test_RevertWhen_PayTokensRunOut() public {
        for (uint160 i = 2; i <= 255; ++i) claims.allowPayToken(address(0x7000 + i));
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.TooManyPayTokens.selector));
        claims.allowPayToken(address(0x7000));
    }

    function test_RevertWhen_AStrangerAllowsAPayToken() public {
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger));
        claims.allowPayToken(address(0x70));
    }
}
