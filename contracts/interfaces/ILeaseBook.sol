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

/// @notice A payer's signed order to fund a line of a lease. Kind 0 is the rent escrow; 1 heat, 2 mining, 3 grid income.
struct Funding {
    uint256 leaseId;
    uint8 kind;
    uint96 amount;
    address payer;
    uint256 nonce;
    uint256 deadline;
}

/// @notice What provider and lessee sign to settle a lease that nobody has synced for long.
struct CoSettlement {
    uint256 leaseId;
    uint32 epoch; // settled through
    uint96 rent; // cumulative, base units
    uint256 deadline;
}

/// @notice Derived, never stored.
enum LeaseStatus {
    None,
    Offered, // signed and funded, before its first epoch
    Active,
    Curtailed, // standing still by the provider's notice
    Delinquent, // escrow covers fewer epochs than the notice asks, or rent is in arrears
    Defaulted,
    Ended
}

/// @title Terms, parties, lifecycle and funding of leases
/// @notice EIP-712 domain: name "ComputeRwa LeaseBook", version "1".
/// Only the parties' signatures give authority: any account may send any of these transactions. A signature may be empty
/// where the party itself calls.
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
    /// @notice `by`, its provider or its lessee, leaves the lease: `endEpoch` is its last.
    event LeaseExited(uint256 indexed id, address indexed by, uint32 endEpoch);
    /// @notice The lessee is in default: `endEpoch` is the last that escrow and deposit pay for.
    event LeaseDefaulted(uint256 indexed id, uint32 endEpoch);
    event CurtailmentNoticed(uint256 indexed id, uint32 throughEpoch);
    event CoSettled(uint256 indexed id, uint32 indexed epoch, uint96 rent);
    event NewLeasesPaused(bool paused);
    event NonceCancelled(address indexed account, uint256 nonce);

    /// @param field the name of the first member of the terms that is not acceptable
    error InvalidTerms(bytes32 field);
    error AlreadyOriginated(uint256 id);
    error UnknownLease(uint256 id);
    error OtherLease(uint256 id, uint256 actual);
    error InvalidProviderSignature();
    error InvalidLesseeSignature();
    error InvalidPayerSignature();
    error NotAParty();
    error SignatureExpired(uint256 deadline);
    error NonceUsed(address account, uint256 nonce);
    error PayTokenNotAllowed(address token);
    error NewLeasesArePaused();
    /// @param earliest the first epoch that leaves the notice
    error EndTooEarly(uint32 earliest);
    /// @param end the lease ends then already
    error EndTooLate(uint32 end);
    error NotInDefault(uint96 escrow, uint96 needed);
    error AlreadyDefaulted(uint256 id);
    error NotInterruptible(uint256 id);
    /// @param from the first epoch in which parties may settle on their own
    error StillLive(uint32 from);
    error EpochNotOver(uint32 epoch);
    error RentTooLow(uint96 least);
    /// @notice A batch was sent with too little gas to give its next item a fair chance.
    error BatchOutOfGas(uint256 index);

    /// @notice Checks both signatures, mints all units to the provider and pulls escrow of the notice epochs and deposit from the lessee.
    /// @dev Refused at or after the start of `startEpoch`, so that a signed offer expires by itself.
    function originate(Origination calldata o) external returns (uint256 id);

    /// @notice Originates each item; a bad one is reported by OriginationSkipped and does not stop the rest.
    function originateBatch(Origination[] calldata items) external returns (uint256 originated);

    /// @notice Adds `amount` base units from the caller to a lease's line `kind`.
    function fund(uint256 id, uint8 kind, uint96 amount) external;

    /// @notice The same by the payer's EIP-712 signature over Funding; `permit` is the payer's.
    function fundWithSignature(Funding calldata f, bytes calldata signature, Permit calldata permit) external;

    /// @notice Provider or lessee ends the lease early, at least the notice epochs from now and never before its start.
    /// @param endEpoch the last epoch of the lease; earlier than it is now
    /// @param signature over Exit(leaseId, endEpoch, deadline), of either party
    function exit(LeaseTerms calldata terms, uint32 endEpoch, uint256 deadline, bytes calldata signature) external;

    /// @notice Ends a lease whose escrow has fallen more than the grace below the notice epochs' cover: after the last epoch that
    /// escrow and deposit pay for, at the cap, and never before the current one. The provider decides; anyone once the
    /// escrow is used up and rent is in arrears.
    /// @param signature the provider's over Default(leaseId, deadline)
    function declareDefault(LeaseTerms calldata terms, uint256 deadline, bytes calldata signature) external;

    /// @notice The provider of an interruptible lease gives notice that it stands still through an epoch: for the status only;
    /// curtailed time counts as the metering record says.
    /// @param signature the provider's over Curtailment(leaseId, throughEpoch, deadline)
    function noticeCurtailment(
        LeaseTerms calldata terms,
        uint32 throughEpoch,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Settles a lease that has not been synced for the liveness period, by both parties' signatures over CoSettlement.
    /// @dev Holders are protected: not less than the take-or-pay minimum less the largest SLA credit, for each epoch.
    function settleByParties(
        CoSettlement calldata c,
        LeaseTerms calldata terms,
        bytes calldata providerSignature,
        bytes calldata lesseeSignature
    ) external;

    /// @notice Pays the provider's share applied so far to the provider named in the terms. Anyone may call.
    function payProvider(LeaseTerms calldata terms) external returns (uint96 amount);
    /// @notice The same, by the provider to an address it names.
    function payProviderTo(LeaseTerms calldata terms, address to) external returns (uint96 amount);

    /// @notice Once the final leaf is applied, pays unused escrow and deposit back to the lessee. Anyone may call.
    function refund(LeaseTerms calldata terms) external returns (uint96 amount);
    /// @notice The same, by the lessee to an address it names.
    function refundTo(LeaseTerms calldata terms, address to) external returns (uint96 amount);

    /// @notice Makes one of the caller's own Funding nonces unusable.
    function cancelNonce(uint256 nonce) external;

    /// @notice The guardian's only power: stops new leases.
    function pauseNewLeases() external;
    function resumeNewLeases() external;

    function leaseId(LeaseTerms calldata terms) external view returns (uint256);
    /// @notice Most rent one epoch can cost, base units, rounded up.
    function capPerEpoch(LeaseTerms calldata terms) external view returns (uint96);
    function statusOf(uint256 id) external view returns (LeaseStatus);
    /// @notice The last epoch of a notice of curtailment; 0 = none.
    function curtailedThrough(uint256 id) external view returns (uint32);
    function nonceUsed(address account, uint256 nonce) external view returns (bool);
    function newLeasesPaused() external view returns (bool);
    function currentEpoch() external view returns (uint32);
    function epochLength() external view returns (uint32);
    /// @notice Epochs without a sync after which the parties may settle on their own.
    function livenessEpochs() external view returns (uint32);
}
