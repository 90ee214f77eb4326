// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Member} from "../../../contracts/interfaces/IEligibility.sol";
import {Funding, Permit} from "../../../contracts/interfaces/ILeaseBook.sol";
import {Series, TransferOrder} from "../../../contracts/interfaces/ILeaseClaims.sol";
import {EpochLeaf, LeaseTerms} from "../../../contracts/types/Lease.sol";
import {Deployment} from "./Fixture.sol";
import {Tree} from "./Tree.sol";
import {vm} from "./Vm.sol";

interface IMintable is IERC20 {
    function mint(address to, uint256 value) external;
}

/// @title Everything anybody can do, in any order
/// @dev Each action must succeed, or be refused for the reason it was given. What holders and shares are owed is compared before
/// and after every action.
contract Handler is Deployment {
    uint256 private constant MOST_LEASES = 5;
    uint256 private constant HOLDERS = 4;

    LeaseTerms[] private _book;
    uint256[] public ids;
    IMintable[2] public tokens;
    address[HOLDERS] private _holders;
    uint256[HOLDERS] private _keys = [PROVIDER_KEY, ALICE_KEY, uint256(0xF1), uint256(0xF2)];

    bytes32[] private _nodes; // of the latest epoch's tree
    EpochLeaf[] private _leaves; // in its order
    mapping(uint256 id => uint96) private _rents;
    uint32 private _epoch; // latest posted
    uint256 private _nonce;

    // Ghosts: sums kept here, beside the contracts
    mapping(IERC20 token => uint256) public pulled;
    mapping(IERC20 token => uint256) public paidOut;
    mapping(IERC20 token => uint256) public donated;
    mapping(uint256 id => uint256) public fundedNet;
    /// @dev How often each thing that must not go untested came about.
    mapping(string what => uint256) public happened;

    uint256[] private _owedBefore;
    uint256[] private _appliedBefore;
    string public broken;

    constructor() {
        _setUp(0);
        address proxied = _create(
            "contracts/mocks/AdminProxy.sol:AdminProxy",
            abi.encode(_create("contracts/mocks/UsdcLike.sol:UsdcLike", ""), address(0xAD))
        );
        tokens = [IMintable(address(dollar)), IMintable(proxied)];
        claims.allowPayToken(proxied);
        vm.startPrank(lessee);
        tokens[1].mint(lessee, 1e24);
        tokens[1].approve(address(claims), type(uint256).max);
        vm.stopPrank();
        for (uint256 i; i < HOLDERS; ++i) {
            _holders[i] = vm.addr(_keys[i]);
            _admit(_holders[i]);
        }
        _epoch = start - 1;
    }

    // Actions

    function originate(uint256 seed) external checked("originate", address(0), 0) {
        if (ids.length == MOST_LEASES) return;
        LeaseTerms memory t = _terms();
        t.payToken = address(tokens[seed % 2]);
        t.startEpoch = _epoch + 2 + uint32((seed / 2) % 2);
        t.epochs = 2 + uint32((seed / 4) % 16);
        t.noticeEpochs = 1 + uint32((seed / 32) % 2);
        t.gpuCount = 1 + uint32((seed / 64) % 64);
        t.poolBps = uint16((seed / 4_096) % 10_001);
        t.feeBps = uint16((seed / 65_536) % (10_001 - t.poolBps));
        t.units = uint64(seed % 3 == 0 ? 1 + ((seed / 1e6) % 7) : 1 + ((seed / 1e6) % 1e7));
        vm.warp(uint256(_epoch + 1) * LENGTH);
        bool allowed = eligibility.canHold(provider, MEMBERS);
        try book.originate(_signed(t)) returns (uint256 id) {
            _expect(allowed, "minted to one who may not hold");
            _book.push(t);
            ids.push(id);
            _tookIn(t, id, uint256(book.capPerEpoch(t)) * t.noticeEpochs);
        } catch {
            _expect(!allowed, "a rightful lease was refused");
        }
    }

    function fund(uint256 seed, uint96 amount) external checked("fund", address(0), 0) {
        if (ids.length == 0) return;
        (LeaseTerms memory t, uint256 id) = _lease(seed);
        amount = uint96(_bound(amount, 0, (uint256(book.capPerEpoch(t)) * ((seed / 8) % 4 == 0 ? 8 : 1)) / 2));
        vm.prank(lessee);
        book.fund(id, 0, amount);
        _tookIn(t, id, amount);
    }

    function fundWithSignature(uint256 seed, uint96 amount) external checked("fundWithSignature", address(0), 0) {
        if (ids.length == 0) return;
        (LeaseTerms memory t, uint256 id) = _lease(seed);
        amount = uint96(_bound(amount, 0, uint256(book.capPerEpoch(t)) / 4));
        Funding memory f = Funding(id, 0, amount, lessee, ++_nonce, type(uint256).max);
        Permit memory none;
        book.fundWithSignature(f, _sign(LESSEE_KEY, _fundingDigest(f)), none);
        _tookIn(t, id, amount);
    }

    function donate(uint256 seed, uint64 amount) external checked("donate", address(0), 0) {
        tokens[seed % 2].mint(address(claims), amount);
        donated[tokens[seed % 2]] += amount;
    }

    function transfer(uint256 seed, uint64 units) external checked("transfer", address(0), 0) {
        if (ids.length == 0) return;
        (, uint256 id) = _lease(seed);
        (address from, address to) = (holder(seed / 8), holder(seed / 32));
        units = uint64(_bound(units, 0, claims.balanceOf(from, id) + 1));
        bool allowed = claims.canTransfer(from, to, id, units) && units <= claims.balanceOf(from, id);
        vm.prank(from);
        try claims.safeTransferFrom(from, to, id, units, "") {
            _expect(allowed, "units moved against the rules");
        } catch {
            _expect(!allowed, "a rightful transfer was refused");
            ++happened["refused transfer"];
        }
    }

    function transferWithSignature(
        uint256 seed,
        uint64 units
    ) external checked("transferWithSignature", address(0), 0) {
        if (ids.length == 0) return;
        (, uint256 id) = _lease(seed);
        (uint256 from, address to) = ((seed / 8) % HOLDERS, holder(seed / 32));
        units = uint64(_bound(units, 0, claims.balanceOf(holder(from), id)));
        bool allowed = claims.canTransfer(holder(from), to, id, units);
        uint32 through = (seed / 128) % 2 == 0 ? claims.seriesOf(id).lastEpoch : type(uint32).max;
        TransferOrder memory order = TransferOrder(holder(from), to, id, units, through, ++_nonce, type(uint256).max);
        try claims.transferWithSignature(order, _sign(_keys[from], _orderDigest(order))) {
            _expect(allowed, "units moved against the rules");
        } catch {
            _expect(!allowed, "a rightful order was refused");
            ++happened["refused order"];
        }
    }

    function post(uint256 seed) external checked("post", address(0), 0) {
        uint32 epoch = ++_epoch;
        delete _leaves;
        for (uint256 i; i < ids.length; ++i) _meter(i, epoch, uint256(keccak256(abi.encode(seed, i))));
        if (_leaves.length == 0) _leaves.push(_leaf(0, epoch, 0));
        _nodes = Tree.build(_hashes(_leaves));
        _post(epoch, _nodes[0]);
    }

    function sync(uint256 seed) external checked("sync", address(0), 0) {
        if (_leaves.length == 0) return;
        uint256 i = seed % _leaves.length;
        ledger.sync(_epoch, _leaves[i], Tree.proof(_nodes, i));
        _checkSynced(_leaves[i]);
    }

    function syncBatch(uint256 seed) external checked("syncBatch", address(0), 0) {
        if (_leaves.length == 0) return;
        uint256 count = 1 + (seed % _leaves.length);
        EpochLeaf[] memory part = new EpochLeaf[](count);
        for (uint256 i; i < count; ++i) part[i] = _leaves[i];
        (bytes32[] memory proof, bool[] memory flags) = Tree.multiProof(_nodes, count);
        ledger.syncBatch(_epoch, part, proof, flags);
        for (uint256 i; i < count; ++i) _checkSynced(part[i]);
    }

    function claim(uint256 seed) external {
        if (ids.length == 0) return;
        (LeaseTerms memory t, uint256 id) = _lease(seed);
        _claim(t, id, holder(seed / 8), (seed / 32) % 3);
    }

    function payProvider(uint256 seed) external checked("payProvider", address(0), 0) {
        if (ids.length == 0) return;
        (LeaseTerms memory t, uint256 id) = _lease(seed);
        uint256 due = claims.providerDue(id);
        _expect(book.payProvider(t) == due, "the provider was not paid what was due");
        paidOut[_token(t)] += due;
    }

    function collectFee(uint256 seed) external checked("collectFee", address(0), 0) {
        if (ids.length == 0) return;
        (LeaseTerms memory t, uint256 id) = _lease(seed);
        uint256 due = claims.feeDue(id);
        _expect(claims.collectFee(id) == due, "the fee was not what was due");
        paidOut[_token(t)] += due;
    }

    function refund(uint256 seed) external checked("refund", address(0), 0) {
        if (ids.length == 0) return;
        (LeaseTerms memory t, uint256 id) = _lease(seed);
        Series memory s = claims.seriesOf(id);
        bool due = s.lastEpoch == t.startEpoch + t.epochs - 1 && s.flags == 0;
        uint256 escrow = claims.escrowOf(id);
        try book.refund(t) returns (uint96 amount) {
            _expect(due, "refunded before the final leaf");
            _expect(amount == escrow, "the refund is not the escrow");
            paidOut[_token(t)] += amount;
            fundedNet[id] -= amount;
            if (amount > 0) ++happened["refunded"];
        } catch {
            _expect(!due, "a rightful refund was refused");
            ++happened["refused refund"];
        }
    }

    function freeze(uint256 seed, uint64 units) external checked("freeze", address(0), 0) {
        if (ids.length == 0) return;
        (, uint256 id) = _lease(seed);
        claims.setFrozenTokens(holder(seed / 8), id, (seed / 32) % 2 == 0 ? 0 : _bound(units, 0, 2e7));
    }

    function forcedTransfer(uint256 seed, uint64 units) external checked("forcedTransfer", address(0), 0) {
        if (ids.length == 0) return;
        (, uint256 id) = _lease(seed);
        (address from, address to) = (holder(seed / 8), holder(seed / 32));
        units = uint64(_bound(units, 0, claims.balanceOf(from, id)));
        bool allowed = eligibility.canHold(to, MEMBERS) && !_awaitsSync(id);
        if (units > 0 && !claims.canTransfer(from, to, id, units) && allowed) ++happened["forced against the rules"];
        try claims.forcedTransfer(from, to, id, units) {
            _expect(allowed, "forced upon one who may not hold");
        } catch {
            _expect(!allowed, "a rightful force was refused");
            ++happened["refused force"];
        }
    }

    function setMember(uint256 seed) external checked("setMember", address(0), 0) {
        bool blocked = (seed / 8) % 4 == 0;
        uint64 until = (seed / 32) % 4 == 0 ? uint64(block.timestamp) : type(uint64).max;
        eligibility.setMember(holder(seed), Member(until, 840, 2, blocked));
    }

    function pauseNewLeases(bool paused) external checked("pauseNewLeases", address(0), 0) {
        if (paused) book.pauseNewLeases();
        book.resumeNewLeases();
    }

    // What the invariants ask

    function holder(uint256 i) public view returns (address) {
        return _holders[i % HOLDERS];
    }

    function leases() external view returns (uint256) {
        return ids.length;
    }

    function terms(uint256 i) external view returns (LeaseTerms memory) {
        return _book[i];
    }

    function claimsAddress() external view returns (address) {
        return address(claims);
    }

    function bookAddress() external view returns (address) {
        return address(book);
    }

    function held(uint256 k) external view returns (uint256) {
        return tokens[k].balanceOf(address(claims));
    }

    // Inside

    /// @dev Nobody's due falls but by being paid: `owner_` by claiming series `paid`, provider and platform in their own actions.
    modifier checked(string memory action, address owner_, uint256 paid) {
        ++happened[action];
        _remember();
        _;
        _compare(owner_, paid);
    }

    function _claim(LeaseTerms memory t, uint256 id, address who, uint256 way) private checked("claim", who, id) {
        uint256 due = claims.claimable(id, who);
        if (way == 0) {
            _expect(claims.claim(id, who) == due, "the claim was not what was due");
        } else if (way == 1) {
            vm.prank(who);
            _expect(claims.claimTo(id, stranger) == due, "the claim was not what was due");
        } else {
            uint256[] memory two = new uint256[](2);
            (two[0], two[1]) = (id, id);
            claims.claimMany(two, who);
        }
        _expect(claims.claimable(id, who) == 0, "something is left after a claim");
        paidOut[_token(t)] += due;
        if (due > 0) ++happened["paid claim"];
    }

    /// @dev Revenue that is due goes to the holder of today before force takes the units.
    function _awaitsSync(uint256 id) private view returns (bool) {
        uint256 end = uint256(claims.boundsOf(id).startEpoch) + claims.boundsOf(id).epochs - 1;
        uint256 due = ledger.activeEpoch() < end ? ledger.activeEpoch() : end;
        uint256 last = claims.seriesOf(id).lastEpoch;
        return last < due && due - last <= 7;
    }

    function _remember() private {
        delete _owedBefore;
        delete _appliedBefore;
        for (uint256 i; i < ids.length; ++i) {
            _appliedBefore.push(claims.seriesOf(ids[i]).applied);
            for (uint256 h; h < HOLDERS; ++h) _owedBefore.push(claims.claimable(ids[i], holder(h)));
        }
    }

    function _compare(address owner_, uint256 paid) private {
        for (uint256 i; i < _appliedBefore.length; ++i) {
            _expect(claims.seriesOf(ids[i]).applied >= _appliedBefore[i], "applied fell");
            for (uint256 h; h < HOLDERS; ++h) {
                if (ids[i] == paid && holder(h) == owner_) continue;
                uint256 before = _owedBefore[i * HOLDERS + h];
                _expect(claims.claimable(ids[i], holder(h)) >= before, "somebody's claim fell");
            }
        }
    }

    function _expect(bool condition, string memory what) private {
        if (!condition && bytes(broken).length == 0) broken = what;
    }

    function _lease(uint256 seed) private view returns (LeaseTerms memory t, uint256 id) {
        uint256 i = seed % ids.length;
        return (_book[i], ids[i]);
    }

    function _token(LeaseTerms memory t) private pure returns (IERC20) {
        return IERC20(t.payToken);
    }

    function _tookIn(LeaseTerms memory t, uint256 id, uint256 amount) private {
        pulled[_token(t)] += amount;
        fundedNet[id] += amount;
    }

    /// @dev Mostly honest; at times asks for the moon, or for less than before.
    function _meter(uint256 i, uint32 epoch, uint256 seed) private {
        LeaseTerms memory t = _book[i];
        if (epoch < t.startEpoch) return;
        uint32 last = t.startEpoch + t.epochs - 1;
        uint96 cap = book.capPerEpoch(t);
        uint96 rent = _rents[ids[i]];
        if (epoch <= last) {
            uint256 mood = seed % 16;
            if (mood == 0) rent = type(uint96).max / 2;
            else if (mood == 1) rent = rent / 2;
            else if (mood > 2)
                rent = uint96(uint256(rent) + ((seed / 16) % (uint256(cap) + 1))) % (type(uint96).max / 2);
            _rents[ids[i]] = rent;
        }
        _leaves.push(_leaf(ids[i], epoch < last ? epoch : last, rent));
    }

    function _checkSynced(EpochLeaf memory leaf) private {
        if (leaf.leaseId == 0) return;
        Series memory s = claims.seriesOf(leaf.leaseId);
        if (s.flags != 0) ++happened["short"];
        if (leaf.rent > s.applied && s.flags == 0) ++happened["capped"];
        if (leaf.rent < s.applied) ++happened["lower leaf"];
        _expect(s.lastEpoch == leaf.epoch, "a synced lease is at its leaf's epoch");
        uint256 within = leaf.rent < fundedNet[leaf.leaseId] ? leaf.rent : fundedNet[leaf.leaseId];
        uint256 most = uint256(claims.boundsOf(leaf.leaseId).capPerEpoch) * epochsPassed(leaf.leaseId);
        _expect(s.applied >= (within < most ? within : most), "less was applied than asked, funded and allowed");
    }

    function epochsPassed(uint256 id) public view returns (uint256) {
        return uint256(claims.seriesOf(id).lastEpoch) + 1 - claims.boundsOf(id).startEpoch;
    }
}
