// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {ILeaseBook} from "./interfaces/ILeaseBook.sol";
import {Bounds, ILeaseClaims} from "./interfaces/ILeaseClaims.sol";
import {IERC4907, IUseRights} from "./interfaces/IUseRights.sol";
import {Signature} from "./libraries/Signature.sol";
import {LeaseTerms} from "./types/Lease.sol";

/// @title UseRights
/// @notice Documented in IUseRights.
contract UseRights is ERC721, EIP712, IUseRights {
    /// @dev One slot.
    struct Use {
        address user;
        uint64 expires; // unix seconds
    }

    bytes32 private constant SUBLET_TYPEHASH =
        keccak256("Sublet(uint256 leaseId,address user,uint64 expires,uint256 deadline)");

    ILeaseBook private immutable BOOK;
    ILeaseClaims private immutable CLAIMS;
    uint32 private immutable EPOCH_LENGTH;

    string private _base;
    mapping(uint256 id => Use) private _uses;
    mapping(bytes32 digest => bool) private _consumed;

    constructor(
        ILeaseBook book,
        ILeaseClaims claims,
        string memory base
    ) ERC721("ComputeRwa Use Rights", "CRWU") EIP712("ComputeRwa UseRights", "1") {
        BOOK = book;
        CLAIMS = claims;
        EPOCH_LENGTH = book.epochLength();
        _base = base;
    }

    /// @inheritdoc IUseRights
    function take(LeaseTerms calldata terms) external returns (uint256 id) {
        id = BOOK.leaseId(terms);
        if (CLAIMS.boundsOf(id).epochs == 0) revert UnknownLease(id);
        _mint(terms.lessee, id); // no call to the lessee: it has signed for the lease
    }

    /// @inheritdoc IUseRights
    function sublet(
        LeaseTerms calldata terms,
        address user,
        uint64 expires,
        uint256 deadline,
        bytes calldata consent,
        bytes calldata signature
    ) external {
        if (block.timestamp > deadline) revert SignatureExpired(deadline);
        uint256 id = BOOK.leaseId(terms);
        address lessee = _requireOwned(id);
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(SUBLET_TYPEHASH, id, user, expires, deadline)));
        if (!Signature.isFrom(terms.provider, digest, consent)) revert InvalidProviderSignature();
        if (msg.sender != lessee && !Signature.isFrom(lessee, digest, signature)) revert InvalidLesseeSignature();
        // Or whoever saw it could undo what the lessee has decided since.
        if (_consumed[digest]) revert NeedsConsent();
        _consumed[digest] = true;
        _setUser(id, user, expires);
    }

    /// @inheritdoc IERC4907
    /// @dev The lessee alone can only end a sub-lease.
    function setUser(uint256 tokenId, address user, uint64 expires) external {
        if (msg.sender != _requireOwned(tokenId)) revert NotTheLessee(msg.sender);
        if (user != address(0)) revert NeedsConsent();
        _setUser(tokenId, user, expires);
    }

    /// @inheritdoc IERC4907
    function userOf(uint256 tokenId) external view returns (address) {
        return block.timestamp < userExpires(tokenId) ? _uses[tokenId].user : address(0);
    }

    /// @inheritdoc IERC4907
    /// @dev The lease's end, when that comes first.
    function userExpires(uint256 tokenId) public view returns (uint256) {
        Bounds memory b = CLAIMS.boundsOf(tokenId);
        uint256 end = (uint256(b.startEpoch) + b.epochs) * EPOCH_LENGTH;
        return end < _uses[tokenId].expires ? end : _uses[tokenId].expires;
    }

    /// @inheritdoc ERC721
    function tokenURI(uint256 id) public view override returns (string memory) {
        _requireOwned(id);
        return string.concat(_base, string(Bytes.slice(bytes(Strings.toHexString(id, 32)), 2)), ".json");
    }

    /// @inheritdoc ERC721
    function supportsInterface(bytes4 id) public view override returns (bool) {
        return id == type(IERC4907).interfaceId || super.supportsInterface(id);
    }

    /// @dev Who uses the machines is the provider's business: the right moves only by a new lease.
    function _update(address to, uint256 id, address auth) internal override returns (address from) {
        from = super._update(to, id, auth);
        if (from != address(0)) revert NotTransferable();
    }

    function _setUser(uint256 id, address user, uint64 expires) private {
        _uses[id] = Use(user, expires);
        emit UpdateUser(id, user, expires);
    }
}
