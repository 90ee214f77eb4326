// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {LeaseTerms} from "../types/Lease.sol";

/// @notice An ERC-2612 permit for the pay token with LeaseClaims as spender; ignored when `deadline` is 0.
struct Permit {
    uint256 value;
    uint256 deadline;
    uint8 v;
    bytes32 r;
    bytes32 s;
}

/// @notice Terms and both signatures. `permit` is the lessee's.
struct Origination {
    LeaseTerms terms;
    bytes providerSignature;
    bytes lesseeSignature;
    Permit permit;
}

/// @notice A payer's signed order to fund a line of a lease. Kind 0 is the rent escrow.
struct Funding {
    uint256 leaseId;
    uint8 kind;
    uint96 amount;
    address payer;
    uint256 nonce;
    uint256 deadline;
}

/// @notice Derived, never stored.
enum LeaseStatus {
    None,
    Offered,
    Active,
    Delinquent,
    Ended
}

/// @title Terms, parties, lifecycle and funding of leases
/// @notice EIP-712 domain: name "ComputeRwa LeaseBook", version "1".
/// Only the parties' signatures give authority: any account may send any of these transactions.
interface ILeaseBook {
    /// @param id lease id, the EIP-712 digest of the terms
    /// @param funded escrow pulled from the lessee: noticeEpochs × capPerEpoch, base units
    event LeaseOriginated(
        uint256 indexed id,
        address indexed provider,
        address indexed lessee,
        uint96 funded,
        uint96 capPerEpoch
    );
    /// @notice Item `index` of a batch was left out; `reason` is its revert data.
    event OriginationSkipped(uint256 indexed index, uint256 indexed id, bytes reason);
    event NewLeasesPaused(bool paused);
    event NonceCancelled(address indexed account, uint256 nonce);

    /// @param field the name of the first member of the terms that is not acceptable
    error InvalidTerms(bytes32 field);
    error AlreadyOriginated(uint256 id);
    error UnknownLease(uint256 id);
    error InvalidProviderSignature();
    error InvalidLesseeSignature();
    error InvalidPayerSignature();
    error SignatureExpired(uint256 deadline);
    error NonceUsed(address account, uint256 nonce);
    error PayTokenNotAllowed(address token);
    error UnsupportedFunding(uint8 kind);
    error NewLeasesArePaused();
    /// @notice A batch was sent with too little gas to give its next item a fair chance.
    error BatchOutOfGas(uint256 index);

    /// @notice Checks both signatures, mints all units to the provider and pulls the notice epochs' escrow from the lessee.
    /// @dev Refused at or after the start of `startEpoch`, so that a signed offer expires by itself.
    function originate(Origination calldata o) external returns (uint256 id);

    /// @notice Originates each item; a bad one is reported by OriginationSkipped and does not stop the rest.
    function originateBatch(Origination[] calldata items) external returns (uint256 originated);

    /// @notice Adds `amount` base units from the caller to a lease's line `kind`.
    function fund(uint256 id, uint8 kind, uint96 amount) external;

    /// @notice The same by the payer's EIP-712 signature over Funding; `permit` is the payer's.
    function fundWithSignature(Funding calldata f, bytes calldata signature, Permit calldata permit) external;

    /// @notice Pays the provider's share applied so far to the provider named in the terms. Anyone may call.
    function payProvider(LeaseTerms calldata terms) external returns (uint96 amount);

    /// @notice Once the final leaf is applied, pays the unused escrow back to the lessee. Anyone may call.
    function refund(LeaseTerms calldata terms) external returns (uint96 amount);

    /// @notice Makes one of the caller's own Funding nonces unusable.
    function cancelNonce(uint256 nonce) external;

    /// @notice Stops new leases only.
    function setNewLeasesPaused(bool paused) external;

    function leaseId(LeaseTerms calldata terms) external view returns (uint256);
    /// @notice Most rent one epoch can cost, base units, rounded up.
    function capPerEpoch(LeaseTerms calldata terms) external view returns (uint96);
    function statusOf(uint256 id) external view returns (LeaseStatus);
    function nonceUsed(address account, uint256 nonce) external view returns (bool);
    function newLeasesPaused() external view returns (bool);
    function currentEpoch() external view returns (uint32);
    function epochLength() external view returns (uint32);
}
