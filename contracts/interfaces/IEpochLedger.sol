// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {EpochLeaf, EpochRoot, LeaseTerms, MeteringRecord} from "../types/Lease.sol";
import {ILeaseBook} from "./ILeaseBook.sol";
import {ILeaseClaims} from "./ILeaseClaims.sol";

/// @notice What a ledger is deployed with.
struct LedgerSettings {
    ILeaseClaims claims;
    ILeaseBook book;
    IERC20 bondToken;
    uint32 epochLength; // seconds
    uint32 challengeWindow; // seconds; 0 = the quorum is trusted
    uint96 rootBond; // base units of bondToken that must stand for a root to be posted
    uint96 disputeBond; // base units of bondToken put up by whoever demands or objects
    uint8 threshold;
    address[] attestors;
}

/// @notice One lease's step from epoch − 1 to epoch, with the evidence that both leaves are in their trees.
/// @dev In the lease's first epoch on the ledger `previous` is all zeros and has no proof.
struct Step {
    LeaseTerms terms;
    EpochLeaf previous;
    EpochLeaf leaf;
    MeteringRecord record;
    bytes32[] previousProof;
    bytes32[] proof;
}

/// @notice How an objection is decided; signed by a quorum of attestors, or by lessee and provider.
struct Resolution {
    uint256 leaseId;
    uint32 epoch;
    uint32 attempt; // the ledger's attempt when the objection was made
    uint96 granted; // base units of the increment that are owed
}

/// @notice A lessee's objection to what was measured of one lease in one epoch.
struct Objection {
    uint96 increment; // rent of the epoch as attested, base units: held back until decided; 0 = no objection, or decided
    uint96 minimum; // what is owed of it if nobody decides
    uint40 posted; // when the root was posted, unix seconds; kept once decided, so that the root is objected to once
    address lessee;
    uint40 decideBy; // unix seconds; from then on silence decides
    uint32 attempt;
    address provider;
}

/// @notice A demand that the poster show how one leaf came to be.
struct Demand {
    address by;
    uint40 posted; // when the root was posted, unix seconds; 0 = no demand
}

/// @title Attested cumulative roots, one per epoch, their challenge, and their application to leases
/// @notice EIP-712 domain: name "ComputeRwa EpochLedger", version "1"; attestors sign the EpochRoot struct.
/// Leaves form a Merkle tree in the OpenZeppelin StandardMerkleTree format, in lease order (sortLeaves: false).
/// A root posted at p is pending until p + window, or p + 2 × window once somebody demanded a reveal, and never active before the root
/// before it; then it is active for good.
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
    /// @notice The roots of `epoch` to `last` count no more; the next root carries attempt + 1.
    /// @param reward base units of the bond credited to `challenger`; as much again is burned, but for rounding
    event RootsCancelled(
        uint32 indexed epoch,
        uint32 last,
        uint32 attempt,
        address indexed challenger,
        uint96 reward,
        uint96 burned
    );
    event RevealDemanded(uint32 indexed epoch, uint256 indexed id, address indexed by);
    event Revealed(uint32 indexed epoch, uint256 indexed id, address by, MeteringRecord record);
    /// @notice A demand is over without an answer: its bond went back.
    event DemandDropped(uint32 indexed epoch, uint256 indexed id);
    event Objected(
        uint256 indexed id,
        uint32 indexed epoch,
        address indexed lessee,
        uint96 increment,
        uint96 minimum,
        uint40 decideBy
    );
    /// @param granted base units of the increment that are owed; all of it when the objection was dropped
    event ObjectionResolved(uint256 indexed id, uint32 indexed epoch, uint96 granted);
    event BondDeposited(address indexed from, uint96 amount);
    event BondWithdrawn(address indexed to, uint96 amount);
    event Collected(address indexed account, address indexed to, uint256 amount);
    event AttestorSet(address indexed account, bool attestor);
    event ThresholdSet(uint8 threshold);

    error EpochNotEnded(uint32 epoch);
    error WrongEpoch(uint32 expected, uint32 actual);
    error WrongAttempt(uint32 expected, uint32 actual);
    error WrongPreviousRoot(bytes32 actual);
    error EmptyRoot();
    /// @notice Posting would push out a root that can still be challenged.
    error RingFull(uint32 epoch);
    error BondTooSmall(uint96 bond, uint96 needed);
    error BondLocked();
    error TooFewSignatures(uint256 given, uint256 needed);
    error NotAnAttestor(address signer);
    error SignersNotAscending();
    error UnknownRoot(uint32 epoch);
    error NotActive(uint32 epoch);
    /// @notice The root is active: too late to challenge, demand, reveal or object.
    error AlreadyActive(uint32 epoch);
    error LeafBeyondEpoch(uint256 id, uint32 leafEpoch, uint32 epoch);
    error InvalidThreshold();
    /// @notice More than 62 epochs would be pending at once.
    error WindowTooLong();
    error UnknownLease(uint256 id);
    error OtherLease(uint256 id, uint256 actual);
    error PreviousNotEmpty();
    error RecordMismatch(bytes32 recordHash);
    /// @notice The step is right: there is nothing to cancel.
    error StepIsRight();
    /// @notice The step is wrong: a reveal must show a right one.
    error StepIsWrong();
    error SameLeaf();
    /// @notice The lease has no leaf in this epoch: it starts later, or ended before the first root.
    error NotStarted(uint256 id);
    error AlreadyDemanded(uint32 epoch, uint256 id);
    error NoDemand(uint32 epoch, uint256 id);
    error DemandPending(uint32 epoch, uint256 id);
    error RevealStillDue(uint256 until);
    error AlreadyObjected(uint256 id, uint32 epoch);
    error NoObjection(uint256 id, uint32 epoch);
    error NothingToHold(uint256 id, uint32 epoch);
    error DecisionStillDue(uint256 until);
    error RootReplaced(uint32 epoch);
    error RootStands(uint32 epoch);
    error GrantTooLarge(uint96 granted, uint96 increment);
    /// @param least the take-or-pay minimum less the largest SLA credit, or the increment where that is less
    error GrantTooSmall(uint96 granted, uint96 least);
    error InvalidLesseeSignature();
    error InvalidProviderSignature();
    error SignatureExpired(uint256 deadline);
    error NothingOwed(address account);

    /// @notice Records an epoch's root. Epochs follow each other without a gap; the first may be any that has ended.
    /// @param signatures 65-byte signatures of at least the threshold of attestors, ascending by signer address
    function post(EpochRoot calldata r, bytes[] calldata signatures) external;

    /// @notice Applies one lease's leaf of an active epoch. Idempotent; anyone may call.
    function sync(uint32 epoch, EpochLeaf calldata leaf, bytes32[] calldata proof) external;

    /// @notice Applies many leaves by one multi-proof (OpenZeppelin MerkleProof order).
    function syncBatch(
        uint32 epoch,
        EpochLeaf[] calldata leaves,
        bytes32[] calldata proof,
        bool[] calldata flags
    ) external;

    /// @notice Recomputes a step of a pending root; if the leaf is not what terms, previous leaf and record give, this root
    /// and all later ones are cancelled and the caller is credited half of the bond. The other half burns.
    function challenge(uint32 epoch, Step calldata step) external;

    /// @notice The same for a pending root that holds two different leaves of one lease.
    function challengeTwoLeaves(
        uint32 epoch,
        EpochLeaf calldata a,
        bytes32[] calldata proofA,
        EpochLeaf calldata b,
        bytes32[] calldata proofB
    ) external;

    /// @notice Asks for the step of a lease that has started: withheld data, or a lease left out. Costs a dispute bond,
    /// which goes to whoever reveals. Only within the first window after posting; puts the root off by a second one.
    function demandReveal(uint32 epoch, uint256 id) external;

    /// @notice Answers a demand with a step that is right. Where the tree before holds no leaf of the lease, because it was left
    /// out, or none that can be read, `previous` is all zeros: then nothing can be computed, the record is shown, and
    /// whoever knows better has half a window to challenge.
    function reveal(uint32 epoch, Step calldata step) external;

    /// @notice One and a half windows after posting, cancels a root with an unanswered demand; the reward is the demander's.
    function cancelUnrevealed(uint32 epoch, uint256 id) external;

    /// @notice Returns the bond of a demand whose root is pending no more.
    function dropDemand(uint32 epoch, uint256 id) external;

    /// @notice The lessee disputes what was measured: the epoch's rent of its lease is held back until decided.
    /// @param step its record is not looked at
    /// @param signature the lessee's over Objection(leaseId, epoch, root, deadline); empty when the lessee itself calls
    function object(uint32 epoch, Step calldata step, uint256 deadline, bytes calldata signature) external;

    function resolveByQuorum(Resolution calldata r, bytes[] calldata signatures) external;
    function resolveByParties(
        Resolution calldata r,
        LeaseTerms calldata terms,
        bytes calldata providerSignature,
        bytes calldata lesseeSignature
    ) external;
    /// @notice When nobody decided in time: the take-or-pay minimum is owed.
    function resolveBySilence(uint256 id, uint32 epoch) external;
    /// @notice Ends an objection to a root that was cancelled.
    function dropObjection(uint256 id, uint32 epoch) external;

    function depositBond(uint96 amount) external;
    /// @notice What stands beyond the root bond at any time; the rest once no root is pending.
    function withdrawBond(uint96 amount, address to) external;
    /// @notice Pays an account what challenges and disputes have credited it. Anyone may call.
    function collect(address account) external returns (uint256 amount);
    /// @notice The caller's own credit, paid to an address it names.
    function collectTo(address to) external returns (uint256 amount);

    function setAttestor(address account, bool attestor) external;
    function setThreshold(uint8 threshold) external;

    function rootDigest(EpochRoot calldata r) external view returns (bytes32);
    function resolutionDigest(Resolution calldata r) external view returns (bytes32);
    function leafHash(EpochLeaf calldata leaf) external pure returns (bytes32);
    function latestEpoch() external view returns (uint32);
    /// @notice Of the present run of roots; 0 before the first.
    function firstEpoch() external view returns (uint32);
    /// @notice The latest epoch whose root is active and still kept; 0 when there is none.
    function activeEpoch() external view returns (uint32);
    /// @notice What the next root must carry.
    function attempt() external view returns (uint32);
    /// @notice True when `root` is the recorded root of `epoch` and its challenge window is over.
    function isActive(uint32 epoch, bytes32 root) external view returns (bool);
    /// @notice When the recorded root of `epoch` becomes or became active, unix seconds; 0 when none is kept.
    function activeAt(uint32 epoch) external view returns (uint256);
    function isAttestor(address account) external view returns (bool);
    function threshold() external view returns (uint8);
    function bond() external view returns (uint96);
    function creditOf(address account) external view returns (uint256);
    function demandOf(uint32 epoch, uint256 id) external view returns (Demand memory);
    function objectionOf(uint256 id, uint32 epoch) external view returns (Objection memory);
    function bondToken() external view returns (IERC20);
    function rootBond() external view returns (uint96);
    function disputeBond() external view returns (uint96);
    function epochLength() external view returns (uint32);
    function challengeWindow() external view returns (uint32);
}
