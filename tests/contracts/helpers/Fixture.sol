// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IERC1155MetadataURI} from "@openzeppelin/contracts/token/ERC1155/extensions/IERC1155MetadataURI.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IEligibility, Member, Policy} from "../../../contracts/interfaces/IEligibility.sol";
import {IEpochLedger, LedgerSettings} from "../../../contracts/interfaces/IEpochLedger.sol";
import {IERC7943MultiToken} from "../../../contracts/interfaces/IERC7943.sol";
import {Funding, ILeaseBook, Origination, Permit} from "../../../contracts/interfaces/ILeaseBook.sol";
import {ILeaseClaims, TransferOrder} from "../../../contracts/interfaces/ILeaseClaims.sol";
import {IUseRights} from "../../../contracts/interfaces/IUseRights.sol";
import {EpochLeaf, EpochRoot, LeaseTerms} from "../../../contracts/types/Lease.sol";
import {Tree} from "./Tree.sol";
import {vm} from "./Vm.sol";

interface IClaims is ILeaseClaims, IERC1155MetadataURI, IERC7943MultiToken {}

interface IRights is IUseRights, IERC721Metadata {}

interface IDollar is IERC20Metadata, IERC20Permit {
    function mint(address to, uint256 amount) external;
}

/// @title A deployment, its parties, and a lease as tests want one
/// @dev The contracts are the compiled ones, not copies built with the tests' settings.
abstract contract Deployment {
    uint32 internal constant LENGTH = 1 days;
    uint256 internal constant PARTS = 360_000_000_000;
    uint16 internal constant MEMBERS = 1;
    uint96 internal constant CAP = 1_969_689_600; // of the terms below
    uint96 internal constant ROOT_BOND = 1_000e6 + 1;
    uint96 internal constant DISPUTE_BOND = 25e6;
    uint32 internal constant LIVENESS = 7;

    uint256 internal constant PROVIDER_KEY = 0xA1;
    uint256 internal constant LESSEE_KEY = 0xB1;
    uint256 internal constant ALICE_KEY = 0xC1;
    uint256 internal constant REGISTRAR_KEY = 0xD1;

    IEligibility internal eligibility;
    IEpochLedger internal ledger;
    IClaims internal claims;
    ILeaseBook internal book;
    IDollar internal dollar;
    IAccessManager internal authority;
    IRights internal rights;

    address internal provider = vm.addr(PROVIDER_KEY);
    address internal lessee = vm.addr(LESSEE_KEY);
    address internal alice = vm.addr(ALICE_KEY);
    address internal bob = address(0xB0B);
    address internal stranger = address(0x57A);
    address internal feeRecipient = address(0xFEE);
    uint256[3] internal attestorKeys = [uint256(0xE1), 0xE2, 0xE3]; // sorted by address in setUp

    uint96 internal disputeBond = DISPUTE_BOND;
    uint32 internal start;
    bytes32 internal lastRoot;
    uint256 private salts;

    function _setUp(uint32 window) internal {
        vm.warp(20_000 * uint256(LENGTH) + 3 hours);
        start = 20_001;
        _sortAttestors();
        _deploy(window);
        eligibility.setPolicy(MEMBERS, Policy(true, 0));
        _admit(provider);
        _admit(alice);
        _admit(bob);
        dollar.mint(lessee, 1e18);
        vm.prank(lessee);
        dollar.approve(address(claims), type(uint256).max);
        vm.prank(lessee);
        dollar.approve(address(ledger), type(uint256).max);
    }

    // Deployment

    function _deploy(uint32 window) internal {
        dollar = IDollar(_create("contracts/mocks/TestDollar.sol:TestDollar", ""));
        authority = IAccessManager(_create("contracts/Authority.sol:Authority", abi.encode(address(this))));
        uint256 nonce = vm.getNonce(address(this));
        LedgerSettings memory s = _settings(window);
        s.claims = ILeaseClaims(vm.computeCreateAddress(address(this), nonce + 2));
        s.book = ILeaseBook(vm.computeCreateAddress(address(this), nonce + 3));
        eligibility = IEligibility(
            _create("contracts/Eligibility.sol:Eligibility", abi.encode(vm.addr(REGISTRAR_KEY), authority))
        );
        ledger = IEpochLedger(_create("contracts/EpochLedger.sol:EpochLedger", abi.encode(s, authority)));
        claims = IClaims(
            _create(
                "contracts/LeaseClaims.sol:LeaseClaims",
                abi.encode(s.book, ledger, eligibility, feeRecipient, "https://example.org/token/", authority)
            )
        );
        book = ILeaseBook(
            _create("contracts/LeaseBook.sol:LeaseBook", abi.encode(claims, LENGTH, LIVENESS, authority))
        );
        rights = IRights(
            _create("contracts/UseRights.sol:UseRights", abi.encode(book, claims, "https://example.org/use/"))
        );
        claims.allowPayToken(address(dollar));
        dollar.mint(address(this), 100 * uint256(ROOT_BOND));
        dollar.approve(address(ledger), type(uint256).max);
        ledger.depositBond(3 * ROOT_BOND);
    }

    function _settings(uint32 window) internal view returns (LedgerSettings memory s) {
        s.bondToken = IERC20(address(dollar));
        s.epochLength = LENGTH;
        s.challengeWindow = window;
        s.rootBond = ROOT_BOND;
        s.disputeBond = disputeBond;
        s.threshold = 2;
        s.attestors = new address[](3);
        for (uint256 i; i < 3; ++i) s.attestors[i] = vm.addr(attestorKeys[i]);
    }

    function _create(string memory artifact, bytes memory arguments) internal returns (address deployed) {
        bytes memory code = bytes.concat(vm.getCode(artifact), arguments);
        assembly ("memory-safe") {
            deployed := create(0, add(code, 0x20), mload(code))
        }
        _true(deployed != address(0), artifact);
    }

    function _sortAttestors() private {
        for (uint256 i; i < 2; ++i) {
            for (uint256 j; j < 2; ++j) {
                if (vm.addr(attestorKeys[j]) > vm.addr(attestorKeys[j + 1])) {
                    (attestorKeys[j], attestorKeys[j + 1]) = (attestorKeys[j + 1], attestorKeys[j]);
                }
            }
        }
    }

    function _admit(address account) internal {
        eligibility.setMember(account, Member(type(uint64).max, 840, 2, false));
    }

    function _block(address account) internal {
        eligibility.setMember(account, Member(type(uint64).max, 840, 2, true));
    }

    // Leases

    /// @dev 32 GPUs for 30 days; one epoch costs at most 32 × 24 × 2.49 × 1.03 dollars.
    function _terms() internal returns (LeaseTerms memory t) {
        t.provider = provider;
        t.lessee = lessee;
        t.payToken = address(dollar);
        t.gpuModel = "H100-SXM5-80GB";
        t.region = "US-TX";
        t.gpuCount = 32;
        t.capacityRoot = keccak256("capacity");
        t.startEpoch = start;
        t.epochs = 30;
        t.method = 1;
        t.price = 2_490_000;
        t.takeOrPayBps = 7_000;
        t.slaBps = 9_900;
        t.slaCreditSlope = 10;
        t.slaCreditCapBps = 3_000;
        t.efficiencyTarget = 2_200;
        t.efficiencySlopeBps = 500;
        t.efficiencyCapBps = 300;
        t.curtailLimitBps = 1_000;
        t.curtailCreditBps = 500;
        t.poolBps = 8_000;
        t.feeBps = 200;
        t.noticeEpochs = 7;
        t.units = 1_000_000;
        t.policy = MEMBERS;
        t.salt = bytes32(++salts);
    }

    function _signed(LeaseTerms memory t) internal view returns (Origination memory o) {
        bytes32 digest = bytes32(book.leaseId(t));
        o.terms = t;
        o.providerSignature = _sign(PROVIDER_KEY, digest);
        o.lesseeSignature = _sign(LESSEE_KEY, digest);
    }

    function _originate() internal returns (uint256 id) {
        return book.originate(_signed(_terms()));
    }

    // Epochs

    function _leaf(uint256 id, uint32 epoch, uint96 rent) internal pure returns (EpochLeaf memory leaf) {
        leaf.leaseId = id;
        leaf.epoch = epoch;
        leaf.rent = rent;
        leaf.recordHash = keccak256(abi.encode(id, epoch));
    }

    function _root(uint32 epoch, bytes32 root) internal view returns (EpochRoot memory r) {
        r.epoch = epoch;
        r.root = root;
        r.previousRoot = lastRoot;
        r.attempt = ledger.attempt();
        r.leases = 1;
    }

    function _endOf(uint32 epoch) internal pure returns (uint256) {
        return (uint256(epoch) + 1) * LENGTH;
    }

    function _warpPast(uint32 epoch) internal {
        if (block.timestamp < _endOf(epoch)) vm.warp(_endOf(epoch));
    }

    function _attest(EpochRoot memory r) internal view returns (bytes[] memory signatures) {
        bytes32 digest = ledger.rootDigest(r);
        signatures = new bytes[](2);
        for (uint256 i; i < 2; ++i) signatures[i] = _sign(attestorKeys[i], digest);
    }

    function _post(uint32 epoch, bytes32 root) internal {
        _warpPast(epoch);
        EpochRoot memory r = _root(epoch, root);
        ledger.post(r, _attest(r));
        lastRoot = root;
    }

    function _post(uint32 epoch, EpochLeaf[] memory leaves) internal returns (bytes32[] memory nodes) {
        nodes = Tree.build(_hashes(leaves));
        _post(epoch, nodes[0]);
    }

    function _hashes(EpochLeaf[] memory leaves) internal view returns (bytes32[] memory hashes) {
        hashes = new bytes32[](leaves.length);
        for (uint256 i; i < leaves.length; ++i) hashes[i] = ledger.leafHash(leaves[i]);
    }

    /// @dev A tree of one leaf: its hash is the root and its proof is empty.
    function _settle(uint256 id, uint32 epoch, uint96 rent) internal {
        EpochLeaf memory leaf = _leaf(id, epoch, rent);
        _post(epoch, ledger.leafHash(leaf));
        ledger.sync(epoch, leaf, new bytes32[](0));
    }

    // Signatures

    function _sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _domain(string memory name, address verifier) internal view returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                    keccak256(bytes(name)),
                    keccak256("1"),
                    block.chainid,
                    verifier
                )
            );
    }

    function _digest(string memory name, address verifier, bytes32 structHash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", _domain(name, verifier), structHash));
    }

    function _orderDigest(TransferOrder memory order) internal view returns (bytes32) {
        bytes32 typehash = keccak256(
            "TransferOrder(address from,address to,uint256 id,uint64 units,uint32 syncedThrough,uint256 nonce,uint256 deadline)"
        );
        return _digest("ComputeRwa LeaseClaims", address(claims), keccak256(abi.encode(typehash, order)));
    }

    function _fundingDigest(Funding memory f) internal view returns (bytes32) {
        bytes32 typehash = keccak256(
            "Funding(uint256 leaseId,uint8 kind,uint96 amount,address payer,uint256 nonce,uint256 deadline)"
        );
        return _digest("ComputeRwa LeaseBook", address(book), keccak256(abi.encode(typehash, f)));
    }

    function _permit(uint256 key, uint256 value) internal view returns (Permit memory p) {
        address owner = vm.addr(key);
        bytes32 typehash = keccak256(
            "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
        );
        bytes32 structHash = keccak256(
            abi.encode(typehash, owner, address(claims), value, dollar.nonces(owner), block.timestamp + 1 days)
        );
        p.value = value;
        p.deadline = block.timestamp + 1 days;
        (p.v, p.r, p.s) = vm.sign(key, keccak256(abi.encodePacked(hex"1901", dollar.DOMAIN_SEPARATOR(), structHash)));
    }

    // Assertions

    function _true(bool condition, string memory what) internal pure {
        require(condition, what);
    }

    error NotEqual(string what, uint256 actual, uint256 expected);

    function _eq(uint256 actual, uint256 expected, string memory what) internal pure {
        if (actual != expected) revert NotEqual(what, actual, expected);
    }

    function _eq(address actual, address expected, string memory what) internal pure {
        _eq(uint160(actual), uint160(expected), what);
    }

    function _eq(string memory actual, string memory expected, string memory what) internal pure {
        require(keccak256(bytes(actual)) == keccak256(bytes(expected)), string.concat(what, ": ", actual));
    }

    function _bound(uint256 value, uint256 least, uint256 most) internal pure returns (uint256) {
        return least + (value % (most - least + 1));
    }
}

/// @title A fresh deployment before each test
abstract contract Fixture is Deployment {
    function setUp() public virtual {
        _setUp(_window());
    }

    /// @dev Seconds in which a root can be challenged.
    function _window() internal pure virtual returns (uint32) {
        return 0;
    }
}
