// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {LeaseTerms} from "../types/Lease.sol";

/// @title ERC-4907: a token whose use can be given away for a time
interface IERC4907 {
    /// @param user who may use the token until `expires`; zero = nobody but the owner
    event UpdateUser(uint256 indexed tokenId, address indexed user, uint64 expires);

    function setUser(uint256 tokenId, address user, uint64 expires) external;
    function userOf(uint256 tokenId) external view returns (address);
    function userExpires(uint256 tokenId) external view returns (uint256);
}

/// @title The right to use what a lease lets: one token a lease, held by the lessee, apart from the claims on its revenue
/// @notice EIP-712 domain: name "ComputeRwa UseRights", version "1". The token id is the lease id.
interface IUseRights is IERC4907 {
    error UnknownLease(uint256 id);
    error NotTheLessee(address account);
    /// @notice There is no consent of the provider, or it was used before.
    error NeedsConsent();
    error InvalidProviderSignature();
    error InvalidLesseeSignature();
    error SignatureExpired(uint256 deadline);
    error NotTransferable();

    /// @notice Mints the right to the lessee named in the terms of a lease that was originated. Anyone may call.
    function take(LeaseTerms calldata terms) external returns (uint256 id);

    /// @notice Sub-lets the use until `expires` (unix seconds), with the consent of the provider. It never outlasts the lease.
    /// A consent serves once.
    /// @param consent the provider's signature over Sublet(leaseId, user, expires, deadline)
    /// @param signature the lessee's over the same; empty when the lessee itself calls
    function sublet(
        LeaseTerms calldata terms,
        address user,
        uint64 expires,
        uint256 deadline,
        bytes calldata consent,
        bytes calldata signature
    ) external;
}
