// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {Series} from "../interfaces/ILeaseClaims.sol";

/// @title How applied rent divides among holders, platform and provider
/// @notice The three shares add up to `applied` exactly and none ever falls when `applied` rises.
/// @dev With applied < 2^96 and bps ≤ 10,000 nothing here can overflow.
library Split {
    uint256 private constant BPS = 10_000;

    function pool(Series memory s) internal pure returns (uint256) {
        unchecked {
            return (uint256(s.applied) * s.poolBps) / BPS;
        }
    }

    function fee(Series memory s) internal pure returns (uint256) {
        unchecked {
            uint256 rest = s.applied - pool(s);
            return rest == 0 ? 0 : (rest * s.feeBps) / (BPS - s.poolBps);
        }
    }

    function provider(Series memory s) internal pure returns (uint256) {
        unchecked {
            return s.applied - pool(s) - fee(s);
        }
    }

    /// @notice Pool revenue of one unit since the lease began.
    function perUnit(Series memory s) internal pure returns (uint256) {
        unchecked {
            return s.units == 0 ? 0 : pool(s) / s.units;
        }
    }
}
