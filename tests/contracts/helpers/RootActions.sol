// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {Objection, Resolution, Step} from "../../../contracts/interfaces/IEpochLedger.sol";
import {EpochLeaf, EpochRoot, LeaseTerms} from "../../../contracts/types/Lease.sol";
import {LeaseActions} from "./LeaseActions.sol";
import {Tree} from "./Tree.sol";
import {vm} from "./Vm.sol";

/// @title Roots that lie and wait, and disputes about them, in any order
abstract contract RootActions is LeaseActions {
    enum Lie {
        None,
        Number, // a leaf that terms and record do not give
        TwoLeaves,
        LeftOut
    }

    mapping(uint32 epoch => Lie) private _lies;
    mapping(uint32 epoch => uint256 id) private _liedAbout;
    mapping(uint32 epoch => uint256) public postedAt;
    uint32[] internal _demandEpochs;
    uint256[] internal _demandIds;
    uint32[] internal _objectionEpochs;
    uint256[] internal _objectionIds;
    bytes32[] internal _cancelledRoots;
    uint32[] internal _cancelledEpochs;

    uint256 public burned;

    // Roots

    function post(uint256 seed) external counted("post") {
        _postNext(Lie((seed % 16) < 4 ? seed % 4 : 0), seed >> 8);
    }

    function _postNext(Lie lie, uint256 seed) internal {
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
    function _settleObjection(uint256 id, uint32 epoch) internal {
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

    // Inside

    function _pending(uint32 epoch) internal view returns (bool) {
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
}
