// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {EpochLeaf, EpochRoot} from "../types/Lease.sol";

/// @title Attested cumulative roots, one per epoch, and their application to leases
/// @notice EIP-712 domain: name "ComputeRwa EpochLedger", version "1"; attestors sign the EpochRoot struct.
/// Leaves form a Merkle tree in the OpenZeppelin StandardMerkleTree format, in lease order (sortLeaves: false).
interface IEpochLedger {
    event EpochPosted(
        uint32 indexed epoch,
        bytes32 indexed root,
        bytes32 previousRoot,
        uint32 attempt,
        uint32 leases,
        uint128 rent,
        uint64 gpuSeconds,
        uint64 wattHours,
        bytes32 dataHash,
        address poster
    );
    event AttestorSet(address indexed account, bool attestor);
    event ThresholdSet(uint8 threshold);

    error EpochNotEnded(uint32 epoch);
    error WrongEpoch(uint32 expected, uint32 actual);
    error WrongAttempt(uint32 expected, uint32 actual);
    error WrongPreviousRoot(bytes32 actual);
    error EmptyRoot();
    error TooFewSignatures(uint256 given, uint256 needed);
    error NotAnAttestor(address signer);
    error SignersNotAscending();
    error UnknownRoot(uint32 epoch);
    error NotActive(uint32 epoch);
    error LeafBeyondEpoch(uint256 id, uint32 leafEpoch, uint32 epoch);
    error InvalidThreshold();

    /// @notice Records an epoch's root. Epochs follow each other without a gap; the first may be any that has ended.
    /// @param signatures 65-byte signatures of at least the threshold of attestors, ascending by signer address
    function post(EpochRoot calldata r, bytes[] calldata signatures) external;

    /// @notice Applies one lease's leaf of a recorded epoch. Idempotent; anyone may call.
    function sync(uint32 epoch, EpochLeaf calldata leaf, bytes32[] calldata proof) external;

    /// @notice Applies many leaves by one multi-proof (OpenZeppelin MerkleProof order).
    function syncBatch(
        uint32 epoch,
        EpochLeaf[] calldata leaves,
        bytes32[] calldata proof,
        bool[] calldata flags
    ) external;

    function setAttestor(address account, bool attestor) external;
    function setThreshold(uint8 threshold) external;

    function rootDigest(EpochRoot calldata r) external view returns (bytes32);
    function leafHash(EpochLeaf calldata leaf) external pure returns (bytes32);
    function latestEpoch() external view returns (uint32);
    /// @notice True when `root` is the recorded root of `epoch` and its challenge window is over.
    function isActive(uint32 epoch, bytes32 root) external view returns (bool);
    function isAttestor(address account) external view returns (bool);
    function threshold() external view returns (uint8);
    function epochLength() external view returns (uint32);
    function challengeWindow() external view returns (uint32);
}
