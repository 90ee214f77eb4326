// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {Proxy} from "@openzeppelin/contracts/proxy/Proxy.sol";
import {StorageSlot} from "@openzeppelin/contracts/utils/StorageSlot.sol";

/// @title A proxy that asks at each call whether its admin is calling, as the large stablecoins' does
contract AdminProxy is Proxy {
    bytes32 private constant IMPLEMENTATION = keccak256("org.zeppelinos.proxy.implementation");
    bytes32 private constant ADMIN = keccak256("org.zeppelinos.proxy.admin");

    error AdminMayNotFallBack();

    constructor(address implementation, address admin) {
        StorageSlot.getAddressSlot(IMPLEMENTATION).value = implementation;
        StorageSlot.getAddressSlot(ADMIN).value = admin;
    }

    function _fallback() internal override {
        if (msg.sender == StorageSlot.getAddressSlot(ADMIN).value) revert AdminMayNotFallBack();
        super._fallback();
    }

    function _implementation() internal view override returns (address) {
        return StorageSlot.getAddressSlot(IMPLEMENTATION).value;
    }
}
