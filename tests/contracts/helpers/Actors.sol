// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC1155Holder} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ILeaseClaims} from "../../../contracts/interfaces/ILeaseClaims.sol";

/// @title A contract wallet: one key speaks for it
contract Wallet is ERC1155Holder, IERC1271 {
    address private immutable KEY;
    bytes32 public lastReceived;

    constructor(address key) {
        KEY = key;
    }

    function approve(IERC20 token, address spender) external {
        token.approve(spender, type(uint256).max);
    }

    function onERC1155Received(
        address operator,
        address from,
        uint256 id,
        uint256 value,
        bytes memory data
    ) public override returns (bytes4) {
        lastReceived = keccak256(abi.encode(operator, from, id, value, data));
        return super.onERC1155Received(operator, from, id, value, data);
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        (address signer, , ) = ECDSA.tryRecover(digest, signature);
        return signer == KEY ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}

/// @title A receiver that refuses units in a way of its own
contract BadReceiver {
    enum Way {
        WrongAnswer,
        RevertSilently,
        RevertWithReason,
        RevertWithBomb,
        BurnGas
    }

    error NotToday();

    Way private immutable WAY;
    uint256 public burnt;

    constructor(Way way) {
        WAY = way;
    }

    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return IERC1271.isValidSignature.selector;
    }

    function onERC1155Received(address, address, uint256, uint256, bytes calldata) external returns (bytes4) {
        return _refuse();
    }

    function onERC1155BatchReceived(
        address,
        address,
        uint256[] calldata,
        uint256[] calldata,
        bytes calldata
    ) external returns (bytes4) {
        return _refuse();
    }

    function _refuse() private returns (bytes4) {
        if (WAY == Way.WrongAnswer) return 0x12345678;
        if (WAY == Way.RevertWithReason) revert NotToday();
        if (WAY == Way.RevertWithBomb) {
            assembly {
                revert(0, 100000)
            }
        }
        while (WAY == Way.BurnGas) ++burnt;
        revert();
    }
}

/// @title A receiver that claims, and sends units on, while it is being paid in units
contract Reentrant is ERC1155Holder {
    ILeaseClaims private immutable CLAIMS;
    uint256 public claimed;

    constructor(ILeaseClaims claims) {
        CLAIMS = claims;
    }

    function onERC1155Received(
        address operator,
        address from,
        uint256 id,
        uint256 value,
        bytes memory data
    ) public override returns (bytes4) {
        claimed += CLAIMS.claim(id, address(this));
        claimed += CLAIMS.claim(id, from);
        return super.onERC1155Received(operator, from, id, value, data);
    }
}

/// @title A pay token whose transfers call back
/// @dev Nobody would allow it; the accounts must hold all the same.
contract HookToken {
    mapping(address account => uint256) public balanceOf;
    mapping(address account => mapping(address spender => uint256)) public allowance;
    bytes private _call;
    address private _target;
    bool public reentered;

    function arm(address target, bytes calldata data) external {
        (_target, _call) = (target, data);
    }

    function mint(address to, uint256 value) external {
        balanceOf[to] += value;
    }

    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        return true;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        return _move(msg.sender, to, value);
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        allowance[from][msg.sender] -= value;
        return _move(from, to, value);
    }

    function _move(address from, address to, uint256 value) private returns (bool) {
        address target = _target;
        if (target != address(0)) {
            delete _target;
            (reentered, ) = target.call(_call);
        }
        balanceOf[from] -= value;
        balanceOf[to] += value;
        return true;
    }
}

/// @title A token that says no
contract BrokenToken {
    bool private immutable QUIET;

    constructor(bool quiet) {
        QUIET = quiet;
    }

    function transferFrom(address, address, uint256) external view returns (bool) {
        if (QUIET) return false;
        revert("no");
    }
}

/// @title A token that answers every call with silence, and moves nothing
contract MuteToken {
    mapping(address account => uint256) public balanceOf;

    fallback() external {}
}
