// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {Admission, IEligibility} from "../../contracts/interfaces/IEligibility.sol";
import {IEpochLedger, Resolution, Step} from "../../contracts/interfaces/IEpochLedger.sol";
import {CoSettlement, Funding, ILeaseBook, Permit} from "../../contracts/interfaces/ILeaseBook.sol";
import {Authorization, ILeaseClaims, TransferOrder} from "../../contracts/interfaces/ILeaseClaims.sol";
import {IUseRights} from "../../contracts/interfaces/IUseRights.sol";
import {EpochRoot, LeaseTerms} from "../../contracts/types/Lease.sol";
import {Steps} from "./helpers/Steps.sol";
import {Tree} from "./helpers/Tree.sol";
import {vm} from "./helpers/Vm.sol";

/// @dev Somebody who sees every signed message before it is mined, and sends it first: as it is, or altered.
contract FrontRunTest is Steps {
    uint256 private constant MESSAGES = 14;

    LeaseTerms private t;
    uint256 private id;
    uint32 private pending; // epoch of the root that can be challenged

    function setUp() public override {
        super.setUp();
        t = _terms();
        id = _let(t);
        _epoch(start);
        _ripen();
        _sync(start, id);
        pending = start + 1;
        _epoch(pending);
        vm.prank(provider);
        claims.safeTransferFrom(provider, alice, id, 1_000, "");
        rights.take(t);
        dollar.mint(stranger, 1e12);
        vm.startPrank(stranger);
        dollar.approve(address(claims), type(uint256).max);
        dollar.approve(address(ledger), type(uint256).max);
        vm.stopPrank();
    }

    /// @dev Who signed gets what was signed for, whoever sends it, and sending it again does nothing more.
    function test_SentAheadItDoesWhatWasSignedAndNothingTwice() public {
        for (uint256 i; i < MESSAGES; ++i) {
            uint256 before = vm.snapshotState();
            (address target, bytes memory data) = _message(i);
            bytes32 was = _fingerprint();
            uint256 strangers = dollar.balanceOf(stranger);
            (bool ok, ) = _send(stranger, target, data);
            bytes32 done = _fingerprint();
            _true(ok && done != was, _name("does nothing", i));
            _eq(dollar.balanceOf(stranger), strangers, _name("gains or pays", i));
            _eq(claims.balanceOf(stranger, id) + ledger.creditOf(stranger), 0, _name("gains", i));
            _send(lessee, target, data);
            _true(_fingerprint() == done, _name("does something twice", i));
            vm.revertToState(before);
        }
    }

    /// @dev One bit of it changed: it does the same, or nothing.
    function testFuzz_AlteredItDoesNothingElse(uint256 which, uint256 place, uint8 bit) public {
        (address target, bytes memory data) = _message(which % MESSAGES);
        uint256 before = vm.snapshotState();
        bytes32 was = _fingerprint();
        (bool ok, ) = _send(stranger, target, data);
        bytes32 done = _fingerprint();
        _true(ok, "the message itself");
        vm.revertToState(before);
        data[4 + (place % (data.length - 4))] ^= bytes1(uint8(1 << (bit % 8)));
        _send(stranger, target, data);
        bytes32 now_ = _fingerprint();
        _true(now_ == was || now_ == done, _name("does something else", which % MESSAGES));
    }

    /// @dev The permit inside a message, pulled out and used by itself, only saves the message that step.
    function test_APermitPulledOutOfAMessageDoesNoHarm() public {
        vm.prank(lessee);
        dollar.approve(address(claims), 0);
        (Funding memory f, bytes memory signature) = _funding();
        Permit memory p = _permit(LESSEE_KEY, f.amount);
        vm.prank(stranger);
        IERC20Permit(address(dollar)).permit(lessee, address(claims), p.value, p.deadline, p.v, p.r, p.s);
        uint96 before = claims.escrowOf(id);
        book.fundWithSignature(f, signature, p);
        _eq(claims.escrowOf(id), before + f.amount, "funded all the same");
    }

    // Messages

    function _message(uint256 i) private returns (address target, bytes memory data) {
        if (i == 0) return _origination();
        if (i == 1) {
            (Funding memory f, bytes memory s) = _funding();
            return (address(book), abi.encodeCall(ILeaseBook.fundWithSignature, (f, s, _permit(LESSEE_KEY, f.amount))));
        }
        if (i == 2)
            return (address(claims), abi.encodeCall(ILeaseClaims.fundWithAuthorization, (id, 2, _authorization())));
        if (i == 3) return _transfer();
        if (i == 4) return _admission();
        if (i == 5) return _sublet();
        if (i < 9) return _ending(i);
        if (i == 9) return _coSettlement();
        if (i == 10) return _objection();
        if (i == 11) return _post();
        return _resolution(i == 12);
    }

    function _origination() private returns (address, bytes memory) {
        LeaseTerms memory another = _terms();
        another.startEpoch = book.currentEpoch() + 1;
        return (address(book), abi.encodeCall(ILeaseBook.originate, (_signed(another))));
    }

    function _funding() private view returns (Funding memory f, bytes memory signature) {
        f = Funding(id, 0, 5e6, lessee, 9, block.timestamp + 1 hours);
        signature = _sign(LESSEE_KEY, _fundingDigest(f));
    }

    function _authorization() private view returns (Authorization memory a) {
        (a.payer, a.amount, a.validBefore, a.salt) = (lessee, 7e6, type(uint256).max, "salt");
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
                ),
                lessee,
                address(claims),
                a.amount,
                0,
                a.validBefore,
                claims.fundingNonce(id, 2, a.salt)
            )
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", dollar.DOMAIN_SEPARATOR(), structHash));
        (a.v, a.r, a.s) = vm.sign(LESSEE_KEY, digest);
    }

    function _transfer() private view returns (address, bytes memory) {
        TransferOrder memory order = TransferOrder(alice, bob, id, 400, type(uint32).max, 5, block.timestamp + 1 hours);
        bytes memory signature = _sign(ALICE_KEY, _orderDigest(order));
        return (address(claims), abi.encodeCall(ILeaseClaims.transferWithSignature, (order, signature)));
    }

    function _admission() private view returns (address, bytes memory) {
        Admission memory a = Admission(bob, type(uint64).max, 276, 1, 3, block.timestamp + 1 hours);
        bytes32 typehash = keccak256(
            "Admission(address account,uint64 validUntil,uint16 jurisdiction,uint8 investorClass,uint256 nonce,uint256 deadline)"
        );
        bytes32 digest = _digest("ComputeRwa Eligibility", address(eligibility), keccak256(abi.encode(typehash, a)));
        return (address(eligibility), abi.encodeCall(IEligibility.admit, (a, _sign(REGISTRAR_KEY, digest))));
    }

    function _sublet() private view returns (address, bytes memory) {
        (uint64 until, uint256 deadline) = (uint64(_endOf(start + 9)), block.timestamp + 1 hours);
        bytes32 typehash = keccak256("Sublet(uint256 leaseId,address user,uint64 expires,uint256 deadline)");
        bytes32 structHash = keccak256(abi.encode(typehash, id, alice, until, deadline));
        bytes32 digest = _digest("ComputeRwa UseRights", address(rights), structHash);
        (bytes memory consent, bytes memory signature) = (_sign(PROVIDER_KEY, digest), _sign(LESSEE_KEY, digest));
        return (address(rights), abi.encodeCall(IUseRights.sublet, (t, alice, until, deadline, consent, signature)));
    }

    /// @dev Exit, default and curtailment, each by one party's signature.
    function _ending(uint256 i) private view returns (address, bytes memory) {
        uint256 deadline = block.timestamp + 1 hours;
        if (i == 6) {
            bytes32 exit = keccak256("Exit(uint256 leaseId,uint32 endEpoch,uint256 deadline)");
            bytes memory s = _bookSignature(LESSEE_KEY, abi.encode(exit, id, start + 12, deadline));
            return (address(book), abi.encodeCall(ILeaseBook.exit, (t, start + 12, deadline, s)));
        }
        if (i == 7) {
            bytes32 typehash = keccak256("Default(uint256 leaseId,uint256 deadline)");
            bytes memory s = _bookSignature(PROVIDER_KEY, abi.encode(typehash, id, deadline));
            return (address(book), abi.encodeCall(ILeaseBook.declareDefault, (t, deadline, s)));
        }
        bytes32 curtailment = keccak256("Curtailment(uint256 leaseId,uint32 throughEpoch,uint256 deadline)");
        bytes memory signature = _bookSignature(PROVIDER_KEY, abi.encode(curtailment, id, start + 3, deadline));
        return (address(book), abi.encodeCall(ILeaseBook.noticeCurtailment, (t, start + 3, deadline, signature)));
    }

    function _coSettlement() private returns (address, bytes memory) {
        vm.warp(uint256(start + LIVENESS + 1) * LENGTH);
        CoSettlement memory c = CoSettlement(id, start + 2, 6e9, block.timestamp + 1 hours);
        bytes32 typehash = keccak256("CoSettlement(uint256 leaseId,uint32 epoch,uint96 rent,uint256 deadline)");
        bytes memory encoded = abi.encode(typehash, c);
        (bytes memory a, bytes memory b) = (_bookSignature(PROVIDER_KEY, encoded), _bookSignature(LESSEE_KEY, encoded));
        return (address(book), abi.encodeCall(ILeaseBook.settleByParties, (c, t, a, b)));
    }

    function _objection() private view returns (address, bytes memory) {
        uint256 deadline = block.timestamp + 1 hours;
        bytes32 typehash = keccak256("Objection(uint256 leaseId,uint32 epoch,bytes32 root,uint256 deadline)");
        bytes32 structHash = keccak256(abi.encode(typehash, id, pending, nodesOf[pending][0], deadline));
        bytes memory signature = _sign(LESSEE_KEY, _digest("ComputeRwa EpochLedger", address(ledger), structHash));
        return (
            address(ledger),
            abi.encodeCall(IEpochLedger.object, (pending, _step(pending, id), deadline, signature))
        );
    }

    function _post() private returns (address, bytes memory) {
        _meter(pending + 1);
        nodesOf[pending + 1] = Tree.build(_hashes(leavesOf[pending + 1]));
        _warpPast(pending + 1);
        EpochRoot memory r = _root(pending + 1, nodesOf[pending + 1][0]);
        return (address(ledger), abi.encodeCall(IEpochLedger.post, (r, _attest(r))));
    }

    function _resolution(bool byQuorum) private returns (address, bytes memory) {
        Step memory step = _step(pending, id);
        vm.prank(lessee);
        ledger.object(pending, step, 0, "");
        Resolution memory r = Resolution(id, pending, ledger.attempt(), 1e9);
        bytes32 digest = ledger.resolutionDigest(r);
        if (!byQuorum) {
            (bytes memory a, bytes memory b) = (_sign(PROVIDER_KEY, digest), _sign(LESSEE_KEY, digest));
            return (address(ledger), abi.encodeCall(IEpochLedger.resolveByParties, (r, t, a, b)));
        }
        bytes[] memory signatures = new bytes[](2);
        for (uint256 i; i < 2; ++i) signatures[i] = _sign(attestorKeys[i], digest);
        return (address(ledger), abi.encodeCall(IEpochLedger.resolveByQuorum, (r, signatures)));
    }

    function _bookSignature(uint256 key, bytes memory encoded) private view returns (bytes memory) {
        return _sign(key, _digest("ComputeRwa LeaseBook", address(book), keccak256(encoded)));
    }

    // What there is to take

    function _send(address from, address target, bytes memory data) private returns (bool ok, bytes memory result) {
        vm.prank(from);
        (ok, result) = target.call(data);
    }

    /// @dev Everybody's money and units, and everything a message could decide.
    function _fingerprint() private view returns (bytes32) {
        address[7] memory all = [provider, lessee, alice, bob, stranger, address(claims), address(ledger)];
        bytes memory parts;
        for (uint256 i; i < all.length; ++i) {
            address a = all[i];
            parts = abi.encode(parts, dollar.balanceOf(a), claims.balanceOf(a, id), ledger.creditOf(a));
            parts = abi.encode(parts, eligibility.memberOf(a), claims.claimable(id, a));
        }
        parts = abi.encode(
            parts,
            claims.boundsOf(id),
            claims.seriesOf(id),
            claims.sidelineOf(id),
            claims.depositOf(id)
        );
        parts = abi.encode(parts, book.curtailedThrough(id), rights.userOf(id), rights.userExpires(id));
        parts = abi.encode(parts, ledger.objectionOf(id, pending), ledger.latestEpoch(), ledger.bond());
        return keccak256(abi.encode(parts, ledger.activeAt(pending), ledger.activeAt(pending + 1)));
    }

    function _name(string memory what, uint256 i) private pure returns (string memory) {
        string[14] memory names = [
            "originate",
            "fundWithSignature",
            "fundWithAuthorization",
            "transferWithSignature",
            "admit",
            "sublet",
            "exit",
            "declareDefault",
            "noticeCurtailment",
            "settleByParties",
            "object",
            "post",
            "resolveByQuorum",
            "resolveByParties"
        ];
        return string.concat(names[i], " ", what);
    }
}
