// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {Step} from "../../../contracts/interfaces/IEpochLedger.sol";
import {EpochLeaf, LeaseTerms, MeteringRecord} from "../../../contracts/types/Lease.sol";
import {Deployment} from "./Fixture.sol";
import {Tree} from "./Tree.sol";
import {vm} from "./Vm.sol";

interface INextLeaf {
    function nextLeaf(
        LeaseTerms calldata t,
        EpochLeaf calldata previous,
        MeteringRecord calldata r,
        uint256 seconds_
    ) external pure returns (EpochLeaf memory);
}

/// @title Epochs as an honest poster builds them, to be posted as they are or with a lie in them
/// @dev Meter an epoch, alter its leaves at will, publish it: the tree is built of whatever the leaves then are.
abstract contract Epochs is Deployment {
    uint32 internal constant WINDOW = 1 days;

    INextLeaf internal math;
    LeaseTerms[] internal lets; // in the order of the trees
    uint256[] internal letIds;
    mapping(uint32 epoch => EpochLeaf[]) internal leavesOf;
    mapping(uint32 epoch => bytes32[]) internal nodesOf;
    mapping(uint32 epoch => mapping(uint256 id => MeteringRecord)) internal recordOf;

    function _begin() internal {
        _setUp(WINDOW);
        math = INextLeaf(_create("contracts/mocks/RentMathHarness.sol:RentMathHarness", ""));
        dollar.mint(stranger, 1e12);
        vm.prank(stranger);
        dollar.approve(address(ledger), type(uint256).max);
    }

    function _let(LeaseTerms memory t) internal returns (uint256 id) {
        id = book.originate(_signed(t));
        lets.push(t);
        letIds.push(id);
    }

    /// @dev What was measured: all of it available, at a load that differs from epoch to epoch.
    function _measured(uint256 i, uint32 epoch) internal view virtual returns (MeteringRecord memory r) {
        r.leaseId = letIds[i];
        r.epoch = epoch;
        r.reservedSeconds = uint64(lets[i].gpuCount) * LENGTH;
        r.availableSeconds = r.reservedSeconds;
        r.busySeconds = (r.reservedSeconds / 10) * 9;
        r.loadBps = uint16(7_500 + (epoch % 7) * 300);
        r.itWattHours = (r.busySeconds * 1_000) / 2_200;
        r.facilityWattHours = r.itWattHours + r.itWattHours / 5;
        r.heatWattHours = r.itWattHours / 3;
        r.evidenceHash = keccak256(abi.encode(i, epoch));
        r.trust = 1;
    }

    /// @dev The honest leaves of an epoch, on top of whatever the leaves of the one before are.
    function _meter(uint32 epoch) internal {
        delete leavesOf[epoch];
        for (uint256 i; i < lets.length; ++i) {
            if (epoch < lets[i].startEpoch) continue;
            EpochLeaf memory previous = _previous(epoch, letIds[i]);
            if (epoch > _endEpoch(letIds[i])) {
                // One that was left out has no final leaf to keep.
                if (previous.leaseId != 0) leavesOf[epoch].push(previous);
                continue;
            }
            MeteringRecord memory r = _measured(i, epoch);
            recordOf[epoch][letIds[i]] = r;
            leavesOf[epoch].push(math.nextLeaf(lets[i], previous, r, LENGTH));
        }
    }

    function _endEpoch(uint256 id) internal view returns (uint32) {
        return claims.boundsOf(id).startEpoch + claims.boundsOf(id).epochs - 1;
    }

    function _previous(uint32 epoch, uint256 id) internal view returns (EpochLeaf memory leaf) {
        (bool found, uint256 place) = _indexOf(epoch - 1, id);
        if (found && ledger.latestEpoch() != 0) leaf = leavesOf[epoch - 1][place];
    }

    function _indexOf(uint32 epoch, uint256 id) internal view returns (bool found, uint256 place) {
        for (uint256 i; i < leavesOf[epoch].length; ++i) if (leavesOf[epoch][i].leaseId == id) return (true, i);
    }

    function _publish(uint32 epoch) internal {
        _publish(epoch, _hashes(leavesOf[epoch]));
    }

    function _publish(uint32 epoch, bytes32[] memory hashes) internal {
        nodesOf[epoch] = Tree.build(hashes);
        lastRoot = ledger.latestEpoch() == 0 ? bytes32(0) : nodesOf[ledger.latestEpoch()][0];
        _post(epoch, nodesOf[epoch][0]);
    }

    function _epoch(uint32 epoch) internal {
        _meter(epoch);
        _publish(epoch);
    }

    function _step(uint32 epoch, uint256 id) internal view returns (Step memory step) {
        for (uint256 i; i < letIds.length; ++i) if (letIds[i] == id) step.terms = lets[i];
        (bool found, uint256 place) = _indexOf(epoch, id);
        _true(found, "no leaf of the lease");
        step.leaf = leavesOf[epoch][place];
        step.record = recordOf[epoch][id];
        step.proof = Tree.proof(nodesOf[epoch], place);
        if (epoch == ledger.firstEpoch()) return step;
        (found, place) = _indexOf(epoch - 1, id);
        if (!found) return step;
        step.previous = leavesOf[epoch - 1][place];
        step.previousProof = Tree.proof(nodesOf[epoch - 1], place);
    }

    function _ripen() internal {
        vm.warp(ledger.activeAt(ledger.latestEpoch()));
    }

    /// @dev Brings a lease's leaf of an active epoch home.
    function _sync(uint32 epoch, uint256 id) internal {
        (, uint256 place) = _indexOf(epoch, id);
        ledger.sync(epoch, leavesOf[epoch][place], Tree.proof(nodesOf[epoch], place));
    }

    /// @dev A call with one word of its step set at will; words: terms 0, previous 31, leaf 41, record 51.
    function _dirty(bytes memory data, uint256 word, uint256 value) internal pure returns (bytes memory) {
        uint256 place = 0x20 + 4 + _stepAt(data) + 32 * word;
        assembly ("memory-safe") {
            mstore(add(data, place), value)
        }
        return data;
    }

    function _stepAt(bytes memory data) private pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := mload(add(data, 0x44))
        }
    }

    /// @dev The hash of a leaf with one word set at will.
    function _rawHash(EpochLeaf memory leaf, uint256 word, uint256 value) internal pure returns (bytes32) {
        bytes memory raw = abi.encode(leaf);
        assembly ("memory-safe") {
            mstore(add(raw, add(0x20, mul(word, 0x20))), value)
        }
        return keccak256(bytes.concat(keccak256(raw)));
    }

    function _call(address target, bytes memory data) internal returns (bytes memory result) {
        bool ok;
        (ok, result) = target.call(data);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(result, 0x20), mload(result))
            }
        }
    }
}

/// @title A fresh deployment with a challenge window before each test
abstract contract Steps is Epochs {
    function setUp() public virtual {
        _begin();
    }
}
