// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

/// @title A Merkle tree in the StandardMerkleTree layout, leaves unsorted: node i has children 2i + 1 and 2i + 2
library Tree {
    function build(bytes32[] memory leaves) internal pure returns (bytes32[] memory nodes) {
        nodes = new bytes32[](2 * leaves.length - 1);
        for (uint256 i; i < leaves.length; ++i) nodes[nodes.length - 1 - i] = leaves[i];
        for (uint256 i = leaves.length - 1; i > 0; --i) nodes[i - 1] = pair(nodes[2 * i - 1], nodes[2 * i]);
    }

    function proof(bytes32[] memory nodes, uint256 leaf) internal pure returns (bytes32[] memory path) {
        uint256 node = nodes.length - 1 - leaf;
        uint256 depth;
        for (uint256 i = node; i > 0; i = (i - 1) / 2) ++depth;
        path = new bytes32[](depth);
        for (uint256 d; d < depth; ++d) {
            path[d] = nodes[node % 2 == 1 ? node + 1 : node - 1];
            node = (node - 1) / 2;
        }
    }

    /// @dev Of the first `count` leaves. They must be handed over in the order 0, 1, 2 …
    function multiProof(
        bytes32[] memory nodes,
        uint256 count
    ) internal pure returns (bytes32[] memory path, bool[] memory flags) {
        uint256[] memory queue = new uint256[](count + nodes.length);
        for (uint256 i; i < count; ++i) queue[i] = nodes.length - 1 - i;
        bytes32[] memory paths = new bytes32[](nodes.length);
        bool[] memory all = new bool[](nodes.length);
        uint256 head;
        uint256 tail = count;
        uint256 given;
        uint256 steps;
        while (queue[head] > 0) {
            uint256 node = queue[head++];
            uint256 sibling = node % 2 == 1 ? node + 1 : node - 1;
            if (head < tail && queue[head] == sibling) {
                all[steps++] = true;
                ++head;
            } else {
                ++steps;
                paths[given++] = nodes[sibling];
            }
            queue[tail++] = (node - 1) / 2;
        }
        path = new bytes32[](given);
        for (uint256 i; i < given; ++i) path[i] = paths[i];
        flags = new bool[](steps);
        for (uint256 i; i < steps; ++i) flags[i] = all[i];
    }

    function pair(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
    }
}
