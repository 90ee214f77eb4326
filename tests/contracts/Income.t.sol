// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {Origination} from "../../contracts/interfaces/ILeaseBook.sol";
import {IERC3009} from "../../contracts/interfaces/IERC3009.sol";
import {Authorization, ILeaseClaims, Series} from "../../contracts/interfaces/ILeaseClaims.sol";
import {LeaseTerms} from "../../contracts/types/Lease.sol";
import {Fixture} from "./helpers/Fixture.sol";
import {MuteToken} from "./helpers/Actors.sol";
import {vm} from "./helpers/Vm.sol";

/// @dev Heat, mining and grid income, and funding by ERC-3009.
contract IncomeTest is Fixture {
    LeaseTerms private t;
    uint256 private id;

    function setUp() public override {
        super.setUp();
        t = _terms();
        id = book.originate(_signed(t));
    }

    // Income

    function test_IncomeIsSharedOutAtOnceInTheTermsSplit() public {
        for (uint8 kind = 1; kind <= 3; ++kind) {
            vm.expectEmit(address(claims));
            emit ILeaseClaims.Funded(id, kind, lessee, 1e9);
            vm.prank(lessee);
            book.fund(id, kind, 1e9);
        }
        _eq(claims.claimable(id, provider), 24e8, "holders");
        _eq(claims.feeDue(id), 6e7, "fee");
        _eq(claims.providerDue(id), 54e7, "provider");
        _eq(claims.escrowOf(id), 7 * uint256(CAP), "escrow is not touched");
        _eq(claims.sidelineOf(id).income, 3e9, "income");
    }

    function test_RentComesOnTopOfIncome() public {
        vm.prank(lessee);
        book.fund(id, 1, 5e9);
        _settle(id, start, 1e9);
        _eq(claims.seriesOf(id).applied, 6e9, "applied");
        _eq(claims.escrowOf(id), 7 * uint256(CAP) - 1e9, "escrow");
        vm.prank(lessee);
        book.fund(id, 2, 1e9);
        _settle(id, start + 1, type(uint96).max);
        _eq(claims.seriesOf(id).applied, 6e9 + 2 * uint256(CAP), "the cap is on rent alone");
    }

    function test_IncomeNeverPaysRentNorGoesBackToTheLessee() public {
        vm.prank(lessee);
        book.exit(t, start + 6, 0, "");
        vm.prank(lessee);
        book.fund(id, 3, 5e9);
        for (uint32 e = start; e < start + 7; ++e) _settle(id, e, uint96(1e9) * (e - start + 1));
        _eq(book.refund(t), 7 * uint256(CAP) - 7e9, "refund");
        _eq(claims.seriesOf(id).applied, 12e9, "applied");
    }

    function test_RevertWhen_TheLineIsUnknownOrTooLarge() public {
        vm.startPrank(lessee);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.UnsupportedFunding.selector, 4));
        book.fund(id, 4, 1);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.UnknownLease.selector, 9));
        book.fund(9, 1, 1);
        uint96 room = type(uint88).max - CAP * 30;
        dollar.mint(lessee, type(uint96).max);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.FundingTooLarge.selector));
        book.fund(id, 1, room + 1);
        book.fund(id, 1, room);
        vm.stopPrank();
        for (uint32 i; i < 7; ++i) _settle(id, start + i, type(uint96).max);
        Series memory s = claims.seriesOf(id);
        _eq(s.applied, uint256(room) + 7 * CAP, "applied");
        _eq(claims.claim(id, provider), (((uint256(s.applied) * 8) / 10) / 1e6) * 1e6, "claimed to the unit");
    }

    function test_RevertWhen_EscrowOrDepositWouldExceed88Bits() public {
        LeaseTerms memory deep = _terms();
        deep.deposit = 1e9;
        uint256 deepId = book.originate(_signed(deep));
        dollar.mint(lessee, type(uint96).max);
        vm.startPrank(lessee);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.FundingTooLarge.selector));
        book.fund(deepId, 0, type(uint88).max);
        vm.stopPrank();
        for (uint32 i; i < 8; ++i) _settle(deepId, start + i, CAP * (i + 1));
        vm.prank(lessee);
        book.fund(deepId, 0, uint96(type(uint88).max) - 7 * CAP);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.FundingTooLarge.selector));
        claims.useDeposit(deepId);
    }

    // fundWithAuthorization

    function _authorization(
        uint256 key,
        uint256 lease,
        uint8 kind,
        uint96 amount
    ) private view returns (Authorization memory a) {
        a.payer = vm.addr(key);
        a.amount = amount;
        a.validBefore = type(uint256).max;
        a.salt = "salt";
        bytes32 typehash = keccak256(
            "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
        );
        bytes32 structHash = keccak256(
            abi.encode(
                typehash,
                a.payer,
                address(claims),
                amount,
                a.validAfter,
                a.validBefore,
                claims.fundingNonce(lease, kind, a.salt)
            )
        );
        (a.v, a.r, a.s) = vm.sign(key, keccak256(abi.encodePacked(hex"1901", dollar.DOMAIN_SEPARATOR(), structHash)));
    }

    function test_FundsByAnAuthorizationThatAnybodySends() public {
        dollar.mint(alice, 5e9);
        Authorization memory a = _authorization(ALICE_KEY, id, 0, 5e9);
        vm.prank(stranger);
        claims.fundWithAuthorization(id, 0, a);
        _eq(claims.escrowOf(id), 7 * uint256(CAP) + 5e9, "escrow");
        _eq(dollar.balanceOf(alice), 0, "paid");
        vm.expectRevert();
        claims.fundWithAuthorization(id, 0, a);
    }

    /// @dev The nonce binds it: a front-runner can put the money nowhere else, nor use it by itself.
    function test_RevertWhen_AnAuthorizationIsTurnedToAnotherPurpose() public {
        dollar.mint(alice, 5e9);
        uint256 another = book.originate(_signed(_terms()));
        Authorization memory a = _authorization(ALICE_KEY, id, 0, 5e9);
        vm.startPrank(stranger);
        vm.expectRevert();
        claims.fundWithAuthorization(another, 0, a);
        vm.expectRevert();
        claims.fundWithAuthorization(id, 1, a);
        bytes32 nonce = claims.fundingNonce(id, 0, a.salt);
        vm.expectRevert();
        IERC3009(address(dollar)).receiveWithAuthorization(
            alice,
            address(claims),
            5e9,
            0,
            a.validBefore,
            nonce,
            a.v,
            a.r,
            a.s
        );
        vm.stopPrank();
        claims.fundWithAuthorization(id, 0, a);
        _eq(claims.escrowOf(id), 7 * uint256(CAP) + 5e9, "what the signer meant");
    }

    function test_RevertWhen_TheTokenTakesTheAuthorizationAndPaysNothing() public {
        MuteToken mute = new MuteToken();
        claims.allowPayToken(address(mute));
        t = _terms();
        t.payToken = address(mute);
        uint256 muteId = book.originate(_signed(t));
        Authorization memory a = _authorization(ALICE_KEY, muteId, 0, 5);
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.NotPaid.selector));
        claims.fundWithAuthorization(muteId, 0, a);
    }

    // Pay tokens

    function test_ARetiredTokenTakesNoNewLeases() public {
        vm.expectEmit(address(claims));
        emit ILeaseClaims.PayTokenRetired(address(dollar), 1);
        claims.retirePayToken(address(dollar));
        t = _terms();
        bytes memory reason = abi.encodeWithSelector(ILeaseClaims.PayTokenNotAllowed.selector, address(dollar));
        vm.expectRevert(reason);
        claims.retirePayToken(address(dollar));
        Origination memory o = _signed(t);
        vm.expectRevert(reason);
        book.originate(o);
        _settle(id, start, 1e9);
        _eq(claims.claim(id, provider), 8e8, "those there are go on");
        _eq(claims.allowPayToken(address(dollar)), 2, "a new index");
    }

    function test_RevertWhen_TheTokensExceedTheirIndex() public {
        for (uint160 k = 1; k < 255; ++k) claims.allowPayToken(address(k));
        vm.expectRevert(abi.encodeWithSelector(ILeaseClaims.TooManyPayTokens.selector));
        claims.allowPayToken(address(300));
        _eq(claims.allowPayToken(address(7)), 8, "one that is there is there");
    }
}
