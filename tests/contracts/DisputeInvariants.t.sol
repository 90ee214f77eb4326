// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IEpochLedger} from "../../contracts/interfaces/IEpochLedger.sol";
import {ILeaseBook} from "../../contracts/interfaces/ILeaseBook.sol";
import {Bounds, Series, Sideline} from "../../contracts/interfaces/ILeaseClaims.sol";
import {IClaims, IDollar, IRights} from "./helpers/Fixture.sol";
import {DisputeHandler} from "./helpers/DisputeHandler.sol";
import {LeaseActions} from "./helpers/LeaseActions.sol";
import {RootActions} from "./helpers/RootActions.sol";

/// @dev Checked after every action of the handler.
contract DisputeInvariantsTest {
    DisputeHandler private handler;
    IClaims private claims;
    IEpochLedger private ledger;
    ILeaseBook private book;
    IRights private rights;
    IDollar private dollar;

    function setUp() public {
        handler = new DisputeHandler();
        address[5] memory at_;
        (at_[0], at_[1], at_[2], at_[3], at_[4]) = handler.contracts();
        (claims, ledger, book) = (IClaims(at_[0]), IEpochLedger(at_[1]), ILeaseBook(at_[2]));
        (rights, dollar) = (IRights(at_[3]), IDollar(at_[4]));
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev The end of everything is no action in the middle of it.
    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(handler), _actions());
    }

    function _actions() private pure returns (bytes4[] memory actions) {
        actions = new bytes4[](31);
        actions[0] = LeaseActions.originate.selector;
        actions[1] = LeaseActions.pass.selector;
        actions[2] = LeaseActions.fund.selector;
        actions[3] = LeaseActions.fundWithAuthorization.selector;
        actions[4] = LeaseActions.exit.selector;
        actions[5] = LeaseActions.declareDefault.selector;
        actions[6] = LeaseActions.useDeposit.selector;
        actions[7] = LeaseActions.noticeCurtailment.selector;
        actions[8] = LeaseActions.settleByParties.selector;
        actions[9] = LeaseActions.refund.selector;
        actions[10] = LeaseActions.payOut.selector;
        actions[11] = LeaseActions.transfer.selector;
        actions[12] = LeaseActions.use.selector;
        actions[13] = RootActions.challenge.selector;
        actions[14] = RootActions.demandReveal.selector;
        actions[15] = RootActions.reveal.selector;
        actions[16] = RootActions.cancelUnrevealed.selector;
        actions[17] = RootActions.object.selector;
        actions[18] = RootActions.resolve.selector;
        actions[19] = RootActions.bonds.selector;
        // What everything else waits for comes more often.
        for (uint256 i = 20; i < 24; ++i) actions[i] = RootActions.post.selector;
        for (uint256 i = 24; i < 27; ++i) actions[i] = RootActions.sync.selector;
        for (uint256 i = 27; i < 29; ++i) actions[i] = RootActions.object.selector;
        for (uint256 i = 29; i < 31; ++i) actions[i] = RootActions.resolve.selector;
    }

    function invariant_DisputesLoseNothing() public view {
        require(bytes(handler.broken()).length == 0, handler.broken());
        _checkCashIsConserved();
        _checkTheLedgersBondsAreConserved();
        _checkNeverMoreThanFundedOrAllowed();
        _checkRootsRipenInOrder();
        _checkQuestionsNeverRevert();
    }

    /// @dev Campaigns that never reach a state prove nothing about it. From the end of each, everybody leaves.
    function test_TheHandlerReachesWhatMattersAndEverybodyLeaves() public {
        string[21] memory things = [
            "exited",
            "defaulted",
            "used deposit",
            "co-settled",
            "refunded",
            "honest root",
            "lie",
            "ring full",
            "synced",
            "cancelled",
            "refused challenge",
            "demanded",
            "revealed",
            "cancelled unrevealed",
            "dropped demand",
            "objected",
            "resolved by quorum",
            "resolved by parties",
            "resolved by silence",
            "dropped objection",
            "withdrawn"
        ];
        bool[21] memory reached;
        for (uint256 walk; walk < 40; ++walk) {
            if (walk > 0) setUp();
            _walk(walk, 20 + walk * 8);
            invariant_DisputesLoseNothing();
            for (uint256 i; i < things.length; ++i) if (handler.happened(things[i]) > 0) reached[i] = true;
            _everybodyLeaves();
        }
        for (uint256 i; i < things.length; ++i) require(reached[i], things[i]);
    }

    function _walk(uint256 seed, uint256 length) private {
        bytes4[] memory actions = _actions();
        for (uint256 i; i < length; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            (bool ok, bytes memory reason) = address(handler).call(
                abi.encodePacked(actions[i == 0 ? 0 : seed % actions.length], seed >> 8, (seed >> 16) % 1e12)
            );
            if (!ok) _bubble(reason);
        }
    }

    function _everybodyLeaves() private {
        handler.everybodyLeaves();
        invariant_DisputesLoseNothing();
        uint256[] memory ids = handler.leases();
        uint256 left;
        for (uint256 i; i < ids.length; ++i) {
            Series memory s = claims.seriesOf(ids[i]);
            left += (((uint256(s.applied) * s.poolBps) / 10_000) % s.units) + claims.escrowOf(ids[i]);
            left += claims.depositOf(ids[i]);
        }
        require(dollar.balanceOf(address(claims)) == left, "more than residues is left");
    }

    function _bubble(bytes memory reason) private pure {
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }

    function _checkCashIsConserved() private view {
        uint256 owed;
        uint256[] memory ids = handler.leases();
        address[3] memory holders = handler.holders();
        for (uint256 i; i < ids.length; ++i) {
            Series memory s = claims.seriesOf(ids[i]);
            owed += ((uint256(s.applied) * s.poolBps) / 10_000) % s.units;
            owed += uint256(claims.escrowOf(ids[i])) + claims.depositOf(ids[i]);
            owed += uint256(claims.providerDue(ids[i])) + claims.feeDue(ids[i]);
            uint256 units;
            for (uint256 h; h < 3; ++h) {
                owed += claims.claimable(ids[i], holders[h]);
                units += claims.balanceOf(holders[h], ids[i]);
            }
            require(units == s.units, "units were made or lost");
        }
        require(dollar.balanceOf(address(claims)) == owed, "held is not owed");
    }

    function _checkTheLedgersBondsAreConserved() private view {
        uint256 out = handler.disputes() * ledger.disputeBond();
        require(
            dollar.balanceOf(address(ledger)) == handler.owedByLedger() + out + handler.burned(),
            "the ledger's bonds do not add up"
        );
    }

    function _checkNeverMoreThanFundedOrAllowed() private view {
        uint256[] memory ids = handler.leases();
        for (uint256 i; i < ids.length; ++i) {
            Series memory s = claims.seriesOf(ids[i]);
            Bounds memory b = claims.boundsOf(ids[i]);
            Sideline memory side = claims.sidelineOf(ids[i]);
            uint256 rent = s.applied - side.income;
            require(rent <= b.funded, "more applied than funded");
            uint256 passed = uint256(s.lastEpoch) + 1 - b.startEpoch;
            require(rent <= b.capPerEpoch * passed, "more than the terms allow");
            require(passed <= b.epochs, "synced beyond the end");
        }
    }

    function _checkRootsRipenInOrder() private view {
        uint32 latest = ledger.latestEpoch();
        require(!handler.aCancelledRootIsActive(), "a cancelled root is active");
        if (latest == 0) return;
        uint32 window = ledger.challengeWindow();
        for (uint32 e = latest; e > latest - 3 && e > ledger.firstEpoch(); --e) {
            uint256 before = ledger.activeAt(e - 1);
            require(before == 0 || before <= ledger.activeAt(e), "a root is active before the one before it");
            uint256 most = handler.postedAt(e) + 2 * uint256(window) + window / 128;
            require(ledger.activeAt(e) <= most, "a root is put off without end");
        }
    }

    function _checkQuestionsNeverRevert() private view {
        uint256[] memory ids = handler.leases();
        for (uint256 i; i < ids.length; ++i) {
            book.statusOf(ids[i]);
            rights.userOf(ids[i]);
            ledger.objectionOf(ids[i], ledger.latestEpoch());
            ledger.demandOf(ledger.latestEpoch(), ids[i]);
        }
        ledger.activeEpoch();
    }
}
