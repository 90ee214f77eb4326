// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

/// @title Authority
/// @notice Who may do what to the contracts, and after which delay: OpenZeppelin's AccessManager. Roles: 1 guardian (stops new
/// leases), 2 governor (attestors, pay tokens, policies, fee recipient, addresses of metadata), 3 compliance (freezes, forced transfers,
/// members), 4 treasurer (the bond). docs/contracts.md lists which function is whose.
contract Authority is AccessManager {
    constructor(address admin) AccessManager(admin) {}
}
