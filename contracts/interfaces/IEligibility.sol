// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

/// @notice One account's standing: one storage slot.
struct Member {
    uint64 validUntil; // unix seconds; 0 = never admitted
    uint16 jurisdiction; // ISO 3166-1 numeric
    uint8 investorClass; // 0 none, 1 retail, 2 professional, 3 institution
    bool blocked;
}

/// @notice A registrar's signed admission, for an account to present itself or have presented.
struct Admission {
    address account;
    uint64 validUntil;
    uint16 jurisdiction;
    uint8 investorClass;
    uint256 nonce;
    uint256 deadline;
}

/// @notice What a series asks of its holders. Policy 0 asks nothing but not being blocked; one never set admits nobody.
struct Policy {
    bool membersOnly;
    uint8 minClass;
}

/// @title Who may hold what
/// @notice EIP-712 domain: name "ComputeRwa Eligibility", version "1". Views never revert.
interface IEligibility {
    event MemberSet(address indexed account, uint64 validUntil, uint16 jurisdiction, uint8 investorClass, bool blocked);
    event PolicySet(uint16 indexed policy, bool membersOnly, uint8 minClass);
    event JurisdictionSet(uint16 indexed policy, uint16 indexed jurisdiction, bool barred);
    event RegistrarSet(address indexed registrar);

    error InvalidRegistrarSignature();
    error SignatureExpired(uint256 deadline);
    error NonceUsed(uint256 nonce);
    error PolicyZeroIsOpen();

    /// @notice Admits by the registrar's signature. Anyone may call. Does not lift a block.
    function admit(Admission calldata a, bytes calldata signature) external;
    function setMember(address account, Member calldata m) external;
    function setPolicy(uint16 policy, Policy calldata p) external;
    /// @notice Bars, or admits again, members of a jurisdiction; accounts never admitted have jurisdiction 0.
    function setJurisdiction(uint16 policy, uint16 jurisdiction, bool barred) external;
    function setRegistrar(address registrar) external;

    /// @notice False for a blocked account.
    function canSend(address account) external view returns (bool);
    /// @notice False for a blocked account and for the zero address.
    function canReceive(address account) external view returns (bool);
    function canHold(address account, uint16 policy) external view returns (bool);
    /// @notice canSend(from) and canHold(to, policy), in one call.
    function check(uint16 policy, address from, address to) external view returns (bool fromOk, bool toOk);
    function memberOf(address account) external view returns (Member memory);
    function policyOf(uint16 policy) external view returns (Policy memory);
    function isBarred(uint16 policy, uint16 jurisdiction) external view returns (bool);
    function registrar() external view returns (address);
}
