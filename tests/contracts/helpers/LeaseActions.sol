// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {CoSettlement} from "../../../contracts/interfaces/ILeaseBook.sol";
import {Authorization, Series} from "../../../contracts/interfaces/ILeaseClaims.sol";
import {LeaseTerms} from "../../../contracts/types/Lease.sol";
import {Epochs} from "./Steps.sol";
import {vm} from "./Vm.sol";

/// @title What the parties of leases do, in any order
/// @dev Where the outcome of an action is known beforehand, it is checked; elsewhere it may be refused, and the sums must hold.
abstract contract LeaseActions is Epochs {
    uint256 private constant MOST_LEASES = 4;

    mapping(uint256 id => uint256) private _applied;
    mapping(uint256 id => bool) private _taken;
    uint256 private _salt;

    string public broken;
    mapping(string what => uint256) public happened;

    constructor() {
        _begin();
        dollar.mint(provider, 1e15);
        vm.prank(provider);
        dollar.approve(address(claims), type(uint256).max);
    }

    modifier counted(string memory action) {
        ++happened[action];
        _;
        for (uint256 i; i < letIds.length; ++i) {
            uint256 applied = claims.seriesOf(letIds[i]).applied;
            _expect(applied >= _applied[letIds[i]], "applied fell");
            _applied[letIds[i]] = applied;
        }
    }

    function originate(uint256 seed) external counted("originate") {
        if (letIds.length == MOST_LEASES) return;
        LeaseTerms memory t = _terms();
        t.method = uint8(seed % 4);
        (t.floorPrice, t.ceilingPrice, t.rateBps) = (1_500_000, 3_000_000, 9_000);
        t.startEpoch = book.currentEpoch() + 1 + uint32((seed >> 4) % 2);
        t.epochs = 3 + uint32((seed >> 8) % 12);
        t.noticeEpochs = 1 + uint32((seed >> 16) % 3);
        t.graceEpochs = uint16((seed >> 20) % t.noticeEpochs);
        t.deposit = uint96((seed >> 24) % (3 * CAP));
        t.poolBps = uint16((seed >> 64) % 10_001);
        t.feeBps = uint16((seed >> 80) % (10_001 - t.poolBps));
        t.units = uint64(1 + ((seed >> 96) % 1e7));
        _let(t);
    }

    function pass(uint256 seed) external counted("pass") {
        vm.warp(block.timestamp + (seed % LENGTH));
    }

    function fund(uint256 seed, uint96 amount) external counted("fund") {
        if (letIds.length == 0) return;
        vm.prank(seed % 3 == 0 ? provider : lessee);
        book.fund(_pick(seed), uint8((seed >> 8) % 4), uint96(_bound(amount, 0, 3 * CAP)));
    }

    function fundWithAuthorization(uint256 seed, uint96 amount) external counted("fundWithAuthorization") {
        if (letIds.length == 0) return;
        (uint256 id, uint8 kind) = (_pick(seed), uint8((seed >> 8) % 4));
        Authorization memory a;
        (a.payer, a.amount) = (lessee, uint96(_bound(amount, 0, CAP)));
        (a.validBefore, a.salt) = (type(uint256).max, bytes32(++_salt));
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
                claims.fundingNonce(id, kind, a.salt)
            )
        );
        (a.v, a.r, a.s) = vm.sign(
            LESSEE_KEY,
            keccak256(abi.encodePacked(hex"1901", dollar.DOMAIN_SEPARATOR(), structHash))
        );
        claims.fundWithAuthorization(id, kind, a);
    }

    function exit(uint256 seed) external counted("exit") {
        if (letIds.length == 0) return;
        LeaseTerms memory t = lets[seed % letIds.length];
        uint32 end = book.currentEpoch() + t.noticeEpochs + uint32((seed >> 8) % 3);
        bool may = end >= t.startEpoch && end < _endEpoch(_pick(seed));
        vm.prank(seed % 2 == 0 ? lessee : provider);
        try book.exit(t, end, 0, "") {
            _expect(may, "an exit out of its bounds");
            ++happened["exited"];
        } catch {
            _expect(!may, "a rightful exit was blocked");
        }
    }

    function declareDefault(uint256 seed) external counted("declareDefault") {
        if (letIds.length == 0) return;
        vm.prank(seed % 2 == 0 ? provider : stranger);
        try book.declareDefault(lets[seed % letIds.length], 0, "") {
            ++happened["defaulted"];
        } catch {
            ++happened["refused default"];
        }
    }

    function useDeposit(uint256 seed) external counted("useDeposit") {
        if (letIds.length == 0) return;
        uint256 id = _pick(seed);
        bool may = claims.seriesOf(id).flags & 1 != 0 && claims.depositOf(id) != 0;
        try claims.useDeposit(id) {
            _expect(may, "a deposit used without arrears");
            ++happened["used deposit"];
        } catch {
            _expect(!may, "a deposit that could not be used");
        }
    }

    function noticeCurtailment(uint256 seed) external counted("noticeCurtailment") {
        if (letIds.length == 0) return;
        uint32 through = book.currentEpoch() + uint32((seed >> 8) % 2);
        vm.prank(provider);
        book.noticeCurtailment(lets[seed % letIds.length], through, 0, "");
    }

    function settleByParties(uint256 seed) external counted("settleByParties") {
        if (letIds.length == 0) return;
        if (seed % 7 == 0) vm.warp(block.timestamp + LIVENESS * LENGTH);
        uint32 epoch = claims.seriesOf(_pick(seed)).lastEpoch + 1;
        _coSettle(seed % letIds.length, epoch, uint96(_bound(seed >> 8, 0, 40 * uint256(CAP))));
    }

    function _coSettle(uint256 i, uint32 epoch, uint96 rent) internal {
        CoSettlement memory c = CoSettlement(letIds[i], epoch, rent, type(uint256).max);
        bytes32 typehash = keccak256("CoSettlement(uint256 leaseId,uint32 epoch,uint96 rent,uint256 deadline)");
        bytes32 digest = _digest("ComputeRwa LeaseBook", address(book), keccak256(abi.encode(typehash, c)));
        try book.settleByParties(c, lets[i], _sign(PROVIDER_KEY, digest), _sign(LESSEE_KEY, digest)) {
            ++happened["co-settled"];
        } catch {
            ++happened["refused co-settlement"];
        }
    }

    function refund(uint256 seed) external counted("refund") {
        if (letIds.length == 0) return;
        uint256 id = _pick(seed);
        Series memory s = claims.seriesOf(id);
        bool may = s.lastEpoch == _endEpoch(id) && s.flags & 9 == 0 && claims.sidelineOf(id).objections == 0;
        uint256 due = uint256(claims.escrowOf(id)) + claims.depositOf(id);
        try book.refund(lets[seed % letIds.length]) returns (uint96 amount) {
            _expect(may && amount == due, "a refund that was not due");
            ++happened["refunded"];
        } catch {
            _expect(!may, "a rightful refund was refused");
        }
    }

    function payOut(uint256 seed) external counted("payOut") {
        if (letIds.length == 0) return;
        uint256 id = _pick(seed);
        claims.claim(id, seed % 2 == 0 ? provider : alice);
        book.payProvider(lets[seed % letIds.length]);
        claims.collectFee(id);
    }

    function transfer(uint256 seed) external counted("transfer") {
        if (letIds.length == 0) return;
        uint256 id = _pick(seed);
        (address from, address to) = seed % 2 == 0 ? (provider, alice) : (alice, provider);
        uint256 units = _bound(seed >> 8, 0, claims.balanceOf(from, id));
        vm.prank(from);
        claims.safeTransferFrom(from, to, id, units, "");
    }

    function use(uint256 seed) external counted("use") {
        if (letIds.length == 0) return;
        LeaseTerms memory t = lets[seed % letIds.length];
        uint256 id = _pick(seed);
        if (!_taken[id]) rights.take(t);
        _taken[id] = true;
        if (seed % 3 == 0) {
            vm.prank(lessee);
            rights.setUser(id, address(0), 0);
            return;
        }
        bytes32 typehash = keccak256("Sublet(uint256 leaseId,address user,uint64 expires,uint256 deadline)");
        uint64 until = uint64(block.timestamp + ((seed >> 8) % (20 * LENGTH)));
        uint256 deadline = type(uint256).max - ++_salt;
        bytes32 structHash = keccak256(abi.encode(typehash, id, alice, until, deadline));
        bytes memory consent = _sign(PROVIDER_KEY, _digest("ComputeRwa UseRights", address(rights), structHash));
        vm.prank(lessee);
        rights.sublet(t, alice, until, deadline, consent, "");
        _expect(rights.userExpires(id) <= _endOf(_endEpoch(id)), "a sublease outlasts its lease");
    }

    function _pick(uint256 seed) internal view returns (uint256) {
        return letIds[seed % letIds.length];
    }

    function _expect(bool condition, string memory what) internal {
        if (!condition && bytes(broken).length == 0) broken = what;
    }
}
