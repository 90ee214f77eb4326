// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IEpochLedger} from "../../contracts/interfaces/IEpochLedger.sol";
import {ILeaseClaims} from "../../contracts/interfaces/ILeaseClaims.sol";
import {EpochLeaf} from "../../contracts/types/Lease.sol";
import {Fixture} from "./helpers/Fixture.sol";
import {Tree} from "./helpers/Tree.sol";
import {vm} from "./helpers/Vm.sol";

contract SyncBatchTest is Fixture {
    function _leases(uint256 count) private returns (EpochLeaf[] memory leaves) {
        leaves = new EpochLeaf[](count);
        for (uint256 i; i < count; ++i) leaves[i] = _leaf(_originate(), start, uint96(1_000_000 * (i + 1)));
    }

    function _first(EpochLeaf[] memory leaves, uint256 count) private pure returns (EpochLeaf[] memory part) {
        part = new EpochLeaf[](count);
        for (uint256 i; i < count; ++i) part[i] = leaves[i];
    }

    function test_BatchAppliesEachByOneProof() public {
        EpochLeaf[] memory leaves = _leases(11);
        bytes32[] memory nodes = _post(start, leaves);
        for (uint256 count = 1; count <= 11; ++count) {
            (bytes32[] memory proof, bool[] memory flags) = Tree.multiProof(nodes, count);
            ledger.syncBatch(start, _first(leaves, count), proof, flags);
            _eq(claims.seriesOf(leaves[count - 1].leaseId).applied, leaves[count - 1].rent, "applied");
        }
    }

    function test_BatchSkipsWhatItCannotApply() public {
        EpochLeaf[] memory leaves = _leases(3);
        leaves[1].leaseId = 99;
        bytes32[] memory nodes = _post(start, leaves);
        (bytes32[] memory proof, bool[] memory flags) = Tree.multiProof(nodes, 3);
        vm.expectEmit(address(claims));
        emit ILeaseClaims.Synced(leaves[0].leaseId, start, leaves[0].rent, leaves[0].rent);
        vm.expectEmit(address(claims));
        emit ILeaseClaims.SyncSkipped(99, start);
        vm.expectEmit(address(claims));
        emit ILeaseClaims.Synced(leaves[2].leaseId, start, leaves[2].rent, leaves[2].rent);
        ledger.syncBatch(start, leaves, proof, flags);
    }

    function test_RevertWhen_ABatchHoldsAForeignLeaf() public {
        EpochLeaf[] memory leaves = _leases(4);
        bytes32[] memory nodes = _post(start, leaves);
        (bytes32[] memory proof, bool[] memory flags) = Tree.multiProof(nodes, 4);
        leaves[2].rent += 1;
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.UnknownRoot.selector, start));
        ledger.syncBatch(start, leaves, proof, flags);
    }

    function test_RevertWhen_ABatchHoldsALeafYoungerThanItsTree() public {
        EpochLeaf[] memory leaves = _leases(2);
        leaves[1].epoch = start + 1;
        bytes32[] memory nodes = _post(start, leaves);
        (bytes32[] memory proof, bool[] memory flags) = Tree.multiProof(nodes, 2);
        uint256 young = leaves[1].leaseId;
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.LeafBeyondEpoch.selector, young, start + 1, start));
        ledger.syncBatch(start, leaves, proof, flags);
    }

    function test_AnEmptyBatchChangesNothing() public {
        EpochLeaf[] memory leaves = _leases(2);
        bytes32[] memory nodes = _post(start, leaves);
        bytes32[] memory proof = new bytes32[](1);
        proof[0] = nodes[0];
        ledger.syncBatch(start, new EpochLeaf[](0), proof, new bool[](0));
        _eq(claims.seriesOf(leaves[0].leaseId).applied, 0, "applied");
    }
}
