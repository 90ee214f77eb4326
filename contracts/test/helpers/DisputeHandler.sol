// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {Objection, Resolution, Step} from "../../interfaces/IEpochLedger.sol";
import {CoSettlement} from "../../interfaces/ILeaseBook.sol";
import {Authorization, Series} from "../../interfaces/ILeaseClaims.sol";
import {EpochLeaf, EpochRoot, LeaseTerms} from "../../types/Lease.sol";
import {Epochs} from "./Steps.sol";
import {Tree} from "./Tree.sol";
import {vm} from "./Vm.sol";

/// @title Roots that lie and wait, disputes, early ends, deposits and income, in any order
/// @dev Where the outcome of an action is known beforehand, it is checked; elsewhere it may be refused, and the sums must hold.
contract DisputeHandler is Epochs {
    enum Lie {
        None,
        Number, // a leaf that terms and record do not give
        TwoLeaves,
        LeftOut
    }

    uint256 private constant MOST_LEASES = 4;

    mapping(uint32 epoch => Lie) private _lies;
    mapping(uint32 epoch => uint256 id) private _liedAbout;
    mapping(uint32 epoch => uint256) public postedAt;
    uint32[] private _demandEpochs;
    uint256[] private _demandIds;
    uint32[] private _objectionEpochs;
    uint256[] private _objectionIds;
    bytes32[] private _cancelledRoots;
    uint32[] private _cancelledEpochs;
    mapping(uint256 id => uint256) private _applied;
    mapping(uint256 id => bool) private _taken;
    uint256 private _salt;

    uint256 public burned;
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

    // Leases

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

    function _coSettle(uint256 i, uint32 epoch, uint96 rent) private {
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

    // Roots

    function post(uint256 seed) external counted("post") {
        _postNext(Lie((seed % 16) < 4 ? seed % 4 : 0), seed >> 8);
    }

    function _postNext(Lie lie, uint256 seed) private {
        if (letIds.length == 0) return;
        if (ledger.bond() < ROOT_BOND) ledger.depositBond(ROOT_BOND);
        uint32 epoch = ledger.latestEpoch() == 0 ? start : ledger.latestEpoch() + 1;
        _warpPast(epoch);
        _meter(epoch);
        EpochLeaf[] storage leaves = leavesOf[epoch];
        if (leaves.length == 0) {
            leaves.push(_leaf(0, epoch, 0));
            lie = Lie.None;
        }
        uint256 i = seed % leaves.length;
        if (lie == Lie.LeftOut && leaves.length == 1) lie = Lie.Number;
        if (lie == Lie.Number) {
            uint96 honest = leaves[i].rent;
            leaves[i].rent = uint96(seed % 3 == 0 ? type(uint96).max : uint256(honest) + 1);
            if (leaves[i].rent == honest) lie = Lie.None;
        }
        (_lies[epoch], _liedAbout[epoch]) = (lie, leaves[i].leaseId);
        if (lie == Lie.TwoLeaves) {
            leaves.push(leaves[i]);
            leaves[leaves.length - 1].wattHours ^= 1;
        }
        if (lie == Lie.LeftOut) {
            leaves[i] = leaves[leaves.length - 1];
            leaves.pop();
        }
        nodesOf[epoch] = Tree.build(_hashes(leaves));
        EpochRoot memory r = _root(epoch, nodesOf[epoch][0]);
        r.previousRoot = ledger.latestEpoch() == 0 ? bytes32(0) : nodesOf[epoch - 1][0];
        try ledger.post(r, _attest(r)) {
            postedAt[epoch] = block.timestamp;
            _forget(r.root);
            ++happened[lie == Lie.None ? "honest root" : "lie"];
        } catch {
            // Too many are pending: the ring is full until the oldest is active.
            delete leavesOf[epoch];
            vm.warp(block.timestamp + LENGTH / 4);
            ++happened["ring full"];
        }
    }

    function sync(uint256 seed) external counted("sync") {
        if (ledger.latestEpoch() == 0) return;
        uint32 epoch = ledger.latestEpoch() - uint32(seed % 4);
        uint256 count = leavesOf[epoch].length;
        if (count == 0) return;
        uint256 i = (seed >> 8) % count;
        bool may = ledger.isActive(epoch, nodesOf[epoch][0]);
        try ledger.sync(epoch, leavesOf[epoch][i], Tree.proof(nodesOf[epoch], i)) {
            _expect(may, "a root was synced that is not active");
            ++happened["synced"];
        } catch {
            _expect(!may, "an active root could not be synced");
        }
    }

    // Disputes

    function challenge(uint256 seed) external counted("challenge") {
        if (ledger.latestEpoch() == 0 || letIds.length == 0) return;
        uint32 epoch = ledger.latestEpoch() - uint32(seed % 3);
        if (!_pending(epoch)) return;
        (Lie lie, uint256 id) = (_lies[epoch], _liedAbout[epoch]);
        if (lie == Lie.LeftOut) return;
        uint96 before = ledger.bond();
        uint32 latest = ledger.latestEpoch();
        if (lie == Lie.TwoLeaves) {
            (, uint256 a) = _indexOf(epoch, id);
            uint256 b = leavesOf[epoch].length - 1;
            bytes32[] memory proofA = Tree.proof(nodesOf[epoch], a);
            bytes32[] memory proofB = Tree.proof(nodesOf[epoch], b);
            vm.prank(stranger);
            ledger.challengeTwoLeaves(epoch, leavesOf[epoch][a], proofA, leavesOf[epoch][b], proofB);
            _cancelled(epoch, latest, before);
            return;
        }
        if (lie == Lie.None) id = _pick(seed >> 8);
        (bool found, ) = _indexOf(epoch, id);
        if (!found) return;
        Step memory step = _step(epoch, id);
        bool provable = step.previousProof.length != 0 || step.previous.leaseId != 0 || _isFirst(epoch, id);
        vm.prank(stranger);
        try ledger.challenge(epoch, step) {
            _expect(lie == Lie.Number, "an honest root was cancelled");
            _cancelled(epoch, latest, before);
        } catch {
            _expect(lie == Lie.None || !provable, "a lie was not cancelled");
            ++happened["refused challenge"];
        }
    }

    function demandReveal(uint256 seed) external counted("demandReveal") {
        if (ledger.latestEpoch() == 0 || letIds.length == 0) return;
        (uint32 epoch, uint256 id) = (ledger.latestEpoch() - uint32(seed % 2), _pick(seed >> 8));
        vm.prank(stranger);
        try ledger.demandReveal(epoch, id) {
            for (uint256 i; i < _demandIds.length; ++i) {
                if (_demandIds[i] == id && _demandEpochs[i] == epoch) return;
            }
            _demandEpochs.push(epoch);
            _demandIds.push(id);
            ++happened["demanded"];
        } catch {
            ++happened["refused demand"];
        }
    }

    function reveal(uint256 seed) external counted("reveal") {
        if (_demandIds.length == 0) return;
        uint256 i = seed % _demandIds.length;
        (uint32 epoch, uint256 id) = (_demandEpochs[i], _demandIds[i]);
        (bool found, ) = _indexOf(epoch, id);
        if (!found || !_pending(epoch) || ledger.demandOf(epoch, id).posted != postedAt[epoch]) return;
        Step memory step = _step(epoch, id);
        bool lie = _lies[epoch] == Lie.Number && _liedAbout[epoch] == id;
        bool restarts = !_isFirst(epoch, id) && step.previous.leaseId == 0;
        vm.prank(bob);
        try ledger.reveal(epoch, step) {
            _expect(!lie || restarts, "a lie was revealed as right");
            ++happened["revealed"];
        } catch {
            _expect(lie || restarts, "an honest reveal was refused");
        }
    }

    function cancelUnrevealed(uint256 seed) external counted("cancelUnrevealed") {
        if (_demandIds.length == 0) return;
        uint256 i = seed % _demandIds.length;
        (uint96 before, uint32 latest) = (ledger.bond(), ledger.latestEpoch());
        uint256 until = postedAt[_demandEpochs[i]] + WINDOW + WINDOW / 2;
        if (seed % 3 == 0 && _pending(_demandEpochs[i]) && block.timestamp < until) vm.warp(until);
        try ledger.cancelUnrevealed(_demandEpochs[i], _demandIds[i]) {
            _cancelled(_demandEpochs[i], latest, before);
            ++happened["cancelled unrevealed"];
        } catch {
            _dropDemand(_demandEpochs[i], _demandIds[i]);
        }
    }

    /// @dev A demand is over once its root is active or gone.
    function _dropDemand(uint32 epoch, uint256 id) private {
        uint256 posted = ledger.demandOf(epoch, id).posted;
        bool may = posted != 0 && !(posted == postedAt[epoch] && _pending(epoch));
        try ledger.dropDemand(epoch, id) {
            _expect(may, "a demand that stands was dropped");
            ++happened["dropped demand"];
        } catch {
            _expect(!may, "a demand that is over could not be dropped");
        }
    }

    function object(uint256 seed) external counted("object") {
        if (ledger.latestEpoch() == 0 || letIds.length == 0) return;
        (uint32 epoch, uint256 id) = (ledger.latestEpoch() - uint32(seed % 2), _pick(seed >> 8));
        (bool found, ) = _indexOf(epoch, id);
        if (!found || !_pending(epoch)) return;
        Step memory step = _step(epoch, id);
        vm.prank(lessee);
        try ledger.object(epoch, step, 0, "") {
            ++happened["objected"];
            for (uint256 i; i < _objectionIds.length; ++i) {
                if (_objectionIds[i] == id && _objectionEpochs[i] == epoch) return;
            }
            _objectionEpochs.push(epoch);
            _objectionIds.push(id);
        } catch {
            ++happened["refused objection"];
        }
    }

    function resolve(uint256 seed) external counted("resolve") {
        if (_objectionIds.length == 0) return;
        (uint32 epoch, uint256 id, Objection memory o) = (0, 0, ledger.objectionOf(0, 0));
        for (uint256 k; k < _objectionIds.length && o.increment == 0; ++k) {
            uint256 i = ((seed % _objectionIds.length) + k) % _objectionIds.length;
            (epoch, id) = (_objectionEpochs[i], _objectionIds[i]);
            o = ledger.objectionOf(id, epoch);
        }
        uint256 way = uint256(keccak256(abi.encode(seed))) % 3;
        uint96 least = way == 1 ? o.minimum : 0;
        Resolution memory r = Resolution(id, epoch, o.attempt, uint96(_bound(seed >> 8, least, o.increment)));
        bytes32 digest = ledger.resolutionDigest(r);
        if (way == 0) {
            bytes[] memory signatures = new bytes[](2);
            for (uint256 k; k < 2; ++k) signatures[k] = _sign(attestorKeys[k], digest);
            try ledger.resolveByQuorum(r, signatures) {
                ++happened["resolved by quorum"];
            } catch {
                _settleObjection(id, epoch);
            }
        } else if (way == 1) {
            LeaseTerms memory t;
            for (uint256 k; k < letIds.length; ++k) if (letIds[k] == id) t = lets[k];
            try ledger.resolveByParties(r, t, _sign(PROVIDER_KEY, digest), _sign(LESSEE_KEY, digest)) {
                ++happened["resolved by parties"];
            } catch {
                _settleObjection(id, epoch);
            }
        } else {
            if (block.timestamp < o.decideBy) vm.warp(o.decideBy);
            _settleObjection(id, epoch);
        }
    }

    /// @dev By silence where the root stands and the time has come; dropped where the root was cancelled.
    function _settleObjection(uint256 id, uint32 epoch) private {
        Objection memory o = ledger.objectionOf(id, epoch);
        bool replaced = epoch > ledger.latestEpoch() || (ledger.activeAt(epoch) != 0 && postedAt[epoch] != o.posted);
        bool due = o.increment != 0 && !replaced && block.timestamp >= o.decideBy;
        try ledger.resolveBySilence(id, epoch) {
            _expect(due, "silence decided before its time");
            ++happened["resolved by silence"];
        } catch {
            _expect(!due, "silence could not decide");
            _dropObjection(id, epoch, o.increment != 0 && replaced);
        }
    }

    function _dropObjection(uint256 id, uint32 epoch, bool may) private {
        try ledger.dropObjection(id, epoch) {
            _expect(may, "an objection that stands was dropped");
            ++happened["dropped objection"];
        } catch {
            _expect(!may, "an objection to a cancelled root could not be dropped");
        }
    }

    // The bond

    function bonds(uint256 seed) external counted("bonds") {
        address[4] memory accounts = [stranger, bob, lessee, provider];
        address account = accounts[seed % 4];
        if (ledger.creditOf(account) != 0) ledger.collect(account);
        ledger.depositBond(uint96((seed >> 8) % 1e6));
        try ledger.withdrawBond(uint96((seed >> 40) % (2 * uint256(ROOT_BOND))), address(this)) {
            ++happened["withdrawn"];
        } catch {
            ++happened["bond locked"];
        }
    }

    // The end

    /// @dev From wherever things stand: everybody can leave, with what is theirs.
    function everybodyLeaves() external {
        for (uint256 i; i < _objectionIds.length; ++i) {
            vm.warp(block.timestamp + WINDOW);
            _settleObjection(_objectionIds[i], _objectionEpochs[i]);
        }
        for (uint256 i; i < letIds.length; ++i) {
            uint256 id = letIds[i];
            for (uint256 k; k < 60 && !_isFinal(id); ++k) _bringHome(id);
            // Left out of every tree: the parties' own way out.
            if (claims.seriesOf(id).lastEpoch < _endEpoch(id)) _settleTheRest(i);
            _expect(claims.seriesOf(id).lastEpoch == _endEpoch(id), "a lease without an end");
            if (claims.seriesOf(id).flags & 9 == 0) book.refund(lets[i]);
            // A lease that attestors drop after its final leaf, with arrears that were funded since, has nobody to say so.
            (bool kept, ) = _indexOf(ledger.latestEpoch(), id);
            if (kept) _expect(claims.escrowOf(id) == 0, "the lessee left escrow behind");
        }
        for (uint256 i; i < letIds.length; ++i) {
            claims.claim(letIds[i], provider);
            claims.claim(letIds[i], alice);
            book.payProvider(lets[i]);
            claims.collectFee(letIds[i]);
            uint256 units = claims.balanceOf(alice, letIds[i]);
            vm.prank(alice);
            claims.safeTransferFrom(alice, bob, letIds[i], units, "");
        }
    }

    function _isFinal(uint256 id) private view returns (bool) {
        Series memory s = claims.seriesOf(id);
        return s.lastEpoch == _endEpoch(id) && (s.flags & 9 == 0 || claims.escrowOf(id) == 0);
    }

    function _bringHome(uint256 id) private {
        _postNext(Lie.None, 0);
        uint32 epoch = ledger.latestEpoch();
        if (epoch == 0) return;
        if (_pending(epoch)) _ripen();
        (bool found, uint256 place) = _indexOf(epoch, id);
        if (found) ledger.sync(epoch, leavesOf[epoch][place], Tree.proof(nodesOf[epoch], place));
    }

    function _settleTheRest(uint256 i) private {
        uint32 end = _endEpoch(letIds[i]);
        vm.warp(_endOf(end) + LIVENESS * LENGTH);
        _coSettle(i, end, type(uint96).max);
        ++happened["left by co-signature"];
    }

    // What the invariants ask

    function leases() external view returns (uint256[] memory) {
        return letIds;
    }

    function contracts() external view returns (address, address, address, address, address) {
        return (address(claims), address(ledger), address(book), address(rights), address(dollar));
    }

    /// @dev Dispute bonds that are out: demands and objections that stand.
    function disputes() external view returns (uint256 open) {
        for (uint256 i; i < _demandIds.length; ++i) {
            if (ledger.demandOf(_demandEpochs[i], _demandIds[i]).posted != 0) ++open;
        }
        for (uint256 i; i < _objectionIds.length; ++i) {
            if (ledger.objectionOf(_objectionIds[i], _objectionEpochs[i]).increment != 0) ++open;
        }
    }

    function owedByLedger() external view returns (uint256) {
        return
            ledger.bond() +
            ledger.creditOf(stranger) +
            ledger.creditOf(bob) +
            ledger.creditOf(lessee) +
            ledger.creditOf(provider);
    }

    function aCancelledRootIsActive() external view returns (bool) {
        for (uint256 i; i < _cancelledRoots.length; ++i) {
            if (ledger.isActive(_cancelledEpochs[i], _cancelledRoots[i])) return true;
        }
        return false;
    }

    function holders() external view returns (address[3] memory) {
        return [provider, alice, bob];
    }

    // Inside

    function _pick(uint256 seed) private view returns (uint256) {
        return letIds[seed % letIds.length];
    }

    function _pending(uint32 epoch) private view returns (bool) {
        return block.timestamp < ledger.activeAt(epoch);
    }

    function _isFirst(uint32 epoch, uint256 id) private view returns (bool) {
        return epoch <= ledger.firstEpoch() || epoch <= claims.boundsOf(id).startEpoch;
    }

    /// @dev The same leaves posted anew, under a new attempt, are a new root.
    function _forget(bytes32 root) private {
        for (uint256 i = _cancelledRoots.length; i > 0; --i) {
            if (_cancelledRoots[i - 1] != root) continue;
            _cancelledRoots[i - 1] = _cancelledRoots[_cancelledRoots.length - 1];
            _cancelledEpochs[i - 1] = _cancelledEpochs[_cancelledEpochs.length - 1];
            _cancelledRoots.pop();
            _cancelledEpochs.pop();
        }
    }

    function _cancelled(uint32 epoch, uint32 latest, uint96 before) private {
        uint96 taken = before - ledger.bond();
        burned += taken - taken / 2;
        ++happened["cancelled"];
        for (uint32 e = epoch; e <= latest; ++e) {
            if (_lies[e] != Lie.None) {
                _cancelledRoots.push(nodesOf[e][0]);
                _cancelledEpochs.push(e);
            }
            delete leavesOf[e];
        }
    }

    function _expect(bool condition, string memory what) private {
        if (!condition && bytes(broken).length == 0) broken = what;
    }
}
