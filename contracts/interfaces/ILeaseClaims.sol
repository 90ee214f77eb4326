// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

// Flags of a Series.
uint8 constant SHORT = 1; // the last leaf asked for more than was funded
uint8 constant SIDELINE = 2; // has a Sideline
uint8 constant DEFAULTED = 4;
uint8 constant UNAPPLIED = 8; // granted rent awaits a sync

/// @notice What sync writes: one storage slot per lease. Pool, provider and fee shares are functions of `applied`.
struct Series {
    uint96 applied; // revenue shared out so far, base units: rent moved out of escrow, and other income
    uint64 units;
    uint32 lastEpoch; // synced through; startEpoch − 1 before the first sync
    uint16 poolBps;
    uint16 feeBps;
    uint16 policy;
    uint8 token; // index into the allowed pay tokens, from 1
    uint8 flags; // SHORT, SIDELINE, DEFAULTED, UNAPPLIED
}

/// @notice What bounds sync: one storage slot per lease.
struct Bounds {
    uint88 funded; // paid into the rent escrow in all, less refunds, base units
    uint88 capPerEpoch;
    uint32 startEpoch;
    uint24 epochs; // fewer than the terms say after an exit or a default
    uint24 noticeEpochs;
}

/// @notice What few leases have: other income, and rent that is disputed.
struct Sideline {
    uint88 income; // heat, mining and grid income shared out so far, base units; part of `applied`
    uint96 held; // rent that leaves ask and that is not owed, or not yet, base units
    uint32 objections; // undecided
}

/// @notice One holder of one lease: one storage slot.
struct Account {
    uint64 balance;
    uint88 checkpoint; // pool revenue per unit already credited, base units
    uint96 accrued; // credited and not yet claimed, base units
    uint8 flags; // bit 0: has frozen units
}

/// @notice What a leaf asks to be applied to a lease.
struct Settlement {
    uint256 leaseId;
    uint32 epoch;
    uint96 rent; // cumulative, base units
}

/// @notice A holder's signed order to move units. `syncedThrough` pins the revenue that travels with them.
struct TransferOrder {
    address from;
    address to;
    uint256 id;
    uint64 units;
    uint32 syncedThrough; // the lease's lastEpoch must equal this; type(uint32).max = any
    uint256 nonce;
    uint256 deadline;
}

/// @notice An ERC-3009 authorization (receiveWithAuthorization) to pay LeaseClaims.
struct Authorization {
    address payer;
    uint96 amount;
    uint256 validAfter;
    uint256 validBefore;
    bytes32 salt;
    uint8 v;
    bytes32 r;
    bytes32 s;
}

/// @title Claim units (ERC-1155, ERC-7943), revenue accounting and custody of all cash
/// @notice EIP-712 domain: name "ComputeRwa LeaseClaims", version "1". Any account may send claims and syncs;
/// cash goes only to the holder, or where the holder itself says.
interface ILeaseClaims {
    event Funded(uint256 indexed id, uint8 indexed kind, address indexed payer, uint96 amount);
    /// @param rent what the leaf asks, cumulative; @param applied what is paid of it, cumulative: arrears = rent − applied
    event Synced(uint256 indexed id, uint32 indexed epoch, uint96 rent, uint96 applied);
    /// @notice The leaf was left out: the lease is unknown, is synced further already, or has no such epoch.
    event SyncSkipped(uint256 indexed id, uint32 indexed epoch);
    event Claimed(uint256 indexed id, address indexed holder, address indexed to, uint96 amount);
    event ProviderPaid(uint256 indexed id, address indexed provider, uint96 amount);
    event FeeCollected(uint256 indexed id, address indexed recipient, uint96 amount);
    /// @param to the lessee, or where the lessee itself directs
    event Refunded(uint256 indexed id, address indexed to, uint96 amount);
    event DepositPaid(uint256 indexed id, address indexed lessee, uint96 amount);
    /// @notice The security deposit, as far as it stood, now counts as rent escrow.
    event DepositUsed(uint256 indexed id, uint96 amount);
    /// @notice The lease now has `epochs` epochs in all.
    event Shortened(uint256 indexed id, uint24 epochs);
    /// @param held base units now held back of what leaves ask, cumulative
    event HeldBack(uint256 indexed id, uint96 held);
    event PayTokenAllowed(address indexed token, uint8 index);
    /// @notice New leases cannot be paid in `token`; those there are go on.
    event PayTokenRetired(address indexed token, uint8 index);
    event NonceCancelled(address indexed account, uint256 nonce);
    event FeeRecipientSet(address indexed recipient);
    /// @notice ERC-7572: the metadata at contractURI changed.
    event ContractURIUpdated();

    error OnlyLeaseBook();
    error OnlyEpochLedger();
    error AlreadyOriginated(uint256 id);
    error UnknownLease(uint256 id);
    error SyncedThrough(uint32 expected, uint32 actual);
    error InvalidHolderSignature();
    error SignatureExpired(uint256 deadline);
    error NonceUsed(address account, uint256 nonce);
    error NotFinal(uint256 id);
    error FundingTooLarge();
    error PayTokenNotAllowed(address token);
    error TooManyPayTokens();
    error UnsupportedFunding(uint8 kind);
    error NotPaid();
    error NoDeposit(uint256 id);
    error NoArrears(uint256 id);
    /// @notice A forced transfer waits until the lease is synced through `epoch`: revenue must not change hands with the units.
    error NotSynced(uint256 id, uint32 epoch);

    /// @notice LeaseBook only: opens a series, mints all units to `provider`, pulls the escrow and `deposit` from `lessee`.
    /// @param s its `token` is found here, from `payToken`
    function open(
        uint256 id,
        address provider,
        address lessee,
        address payToken,
        uint96 deposit,
        Series calldata s,
        Bounds calldata b
    ) external;
    /// @notice LeaseBook only: pulls `amount` from `payer`: into the rent escrow (kind 0), or as other income, shared out at once.
    function addFunds(uint256 id, uint8 kind, address payer, uint96 amount) external;
    /// @notice LeaseBook only, which has checked the provider against the terms.
    function payProvider(uint256 id, address to) external returns (uint96 amount);
    /// @notice LeaseBook only, which has checked the lessee against the terms.
    function refund(uint256 id, address to) external returns (uint96 amount);
    /// @notice LeaseBook only: the lease ends after `epochs` epochs, not before the current one. A default uses the deposit.
    function shorten(uint256 id, uint24 epochs, bool defaulted) external;
    /// @notice EpochLedger, which has checked the leaves, or LeaseBook, which has checked both parties' signatures: applies
    /// what they ask within funds and terms. Never reverts for one lease's sake.
    function settle(Settlement[] calldata items) external;
    /// @notice EpochLedger only: an objection holds `amount` of a lease's rent back.
    function hold(uint256 id, uint96 amount) external;
    /// @notice EpochLedger only: an objection is decided; `amount` of what it held is owed.
    function release(uint256 id, uint96 amount) external;

    /// @notice Funds by the payer's ERC-3009 authorization to this contract, whose nonce is fundingNonce(id, kind, salt), so that it
    /// can serve no other lease. Anyone may call.
    function fundWithAuthorization(uint256 id, uint8 kind, Authorization calldata a) external;
    /// @notice Counts the security deposit as rent escrow while rent is in arrears. Anyone may call.
    function useDeposit(uint256 id) external returns (uint96 amount);
    /// @notice Pays `holder` what it is owed by lease `id`. Anyone may call.
    function claim(uint256 id, address holder) external returns (uint96 amount);
    function claimMany(uint256[] calldata ids, address holder) external;
    /// @notice The caller's own claim, paid to an address it names.
    function claimTo(uint256 id, address to) external returns (uint96 amount);
    /// @notice Sends the platform's share applied so far to the fee recipient. Anyone may call.
    function collectFee(uint256 id) external returns (uint96 amount);
    function transferWithSignature(TransferOrder calldata order, bytes calldata signature) external;
    /// @notice Makes one of the caller's own nonces unusable.
    function cancelNonce(uint256 nonce) external;
    function allowPayToken(address token) external returns (uint8 index);
    /// @notice Refuses new leases in `token`.
    function retirePayToken(address token) external;
    function setFeeRecipient(address recipient) external;
    function setBaseURI(string calldata base) external;

    function claimable(uint256 id, address holder) external view returns (uint96);
    function seriesOf(uint256 id) external view returns (Series memory);
    function boundsOf(uint256 id) external view returns (Bounds memory);
    function accountOf(uint256 id, address holder) external view returns (Account memory);
    function sidelineOf(uint256 id) external view returns (Sideline memory);
    /// @notice Security deposit that stands, base units.
    function depositOf(uint256 id) external view returns (uint96);
    /// @notice The ERC-3009 nonce that binds an authorization to a lease and line.
    function fundingNonce(uint256 id, uint8 kind, bytes32 salt) external pure returns (bytes32);
    function providerDue(uint256 id) external view returns (uint96);
    function feeDue(uint256 id) external view returns (uint96);
    /// @notice Escrow not yet applied, base units.
    function escrowOf(uint256 id) external view returns (uint96);
    function payTokenOf(uint256 id) external view returns (address);
    /// @notice From 1; 0 = not allowed.
    function payTokenIndex(address token) external view returns (uint8);
    function feeRecipient() external view returns (address);
    function nonceUsed(address account, uint256 nonce) external view returns (bool);
    function totalSupply(uint256 id) external view returns (uint256);
    function name() external view returns (string memory);
    function symbol() external view returns (string memory);
    function contractURI() external view returns (string memory);
}
