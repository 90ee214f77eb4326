// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

/// @title A call that can neither burn all gas nor return more than a few words
library BoundedCall {
    uint256 private constant MAX_REASON = 256;

    /// @return ok whether the call succeeded
    /// @return reason the first bytes of what it returned or reverted with
    function tryCall(
        address target,
        uint256 gasLimit,
        bytes memory data
    ) internal returns (bool ok, bytes memory reason) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            ok := call(gasLimit, target, 0, add(data, 0x20), mload(data), 0, 0)
            let size := returndatasize()
            if gt(size, MAX_REASON) {
                size := MAX_REASON
            }
            reason := mload(0x40)
            mstore(reason, size)
            returndatacopy(add(reason, 0x20), 0, size)
            mstore(0x40, add(reason, and(add(size, 0x3f), not(0x1f))))
        }
    }
}
