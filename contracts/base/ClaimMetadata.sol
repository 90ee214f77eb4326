// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC1155MetadataURI} from "@openzeppelin/contracts/token/ERC1155/extensions/IERC1155MetadataURI.sol";
import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {IERC7943MultiToken} from "../interfaces/IERC7943.sol";
import {ILeaseClaims} from "../interfaces/ILeaseClaims.sol";

/// @title What the claims are called, where their descriptions are, and which standards they meet
abstract contract ClaimMetadata is ILeaseClaims, IERC1155MetadataURI, AccessManaged {
    string private _baseURI;

    constructor(string memory baseURI) {
        _baseURI = baseURI;
    }

    /// @inheritdoc ILeaseClaims
    function setBaseURI(string calldata base) external restricted {
        _baseURI = base;
        emit ContractURIUpdated();
    }

    /// @inheritdoc IERC1155MetadataURI
    function uri(uint256 id) external view returns (string memory) {
        return string.concat(_baseURI, string(Bytes.slice(bytes(Strings.toHexString(id, 32)), 2)), ".json");
    }

    /// @inheritdoc ILeaseClaims
    function contractURI() external view returns (string memory) {
        return string.concat(_baseURI, "contract.json");
    }

    /// @inheritdoc ILeaseClaims
    function name() external pure returns (string memory) {
        return "ComputeRwa Lease Claims";
    }

    /// @inheritdoc ILeaseClaims
    function symbol() external pure returns (string memory) {
        return "CRWA";
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 id) external pure returns (bool) {
        return
            id == type(IERC165).interfaceId ||
            id == type(IERC1155).interfaceId ||
            id == type(IERC1155MetadataURI).interfaceId ||
            id == type(IERC7943MultiToken).interfaceId;
    }
}
