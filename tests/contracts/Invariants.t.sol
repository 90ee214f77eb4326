// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {ILeaseBook} from "../../contracts/interfaces/ILeaseBook.sol";
import {Bounds, Series} from "../../contracts/interfaces/ILeaseClaims.sol";
import {IClaims} from "./helpers/Fixture.sol";
import {Handler} from "./helpers/Handler.sol";

/// @dev Checked after every action of the handler.
contract InvariantsTest {
    Handler private handler;
    IClaims private claims;
    ILeaseBook private book;

    function setUp() public {
        handler = new Handler();
        claims = IClaims(handler.claimsAddress());
        book = ILeaseBook(handler.bookAddress());
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev One campaign for all of them: each asks for the same sequences.
    function invariant_TheAccountsHold() public view {
        _checkNoActionFoundAFault();
        _checkCashIsConserved();
        _checkNeverMoreThanFundedOrAllowed();
        _checkUnitsAreConserved();
        _checkQuestionsNeverRevert();
    }

    /// @dev A campaign that never reaches a state proves nothing about it.
    function test_TheHandlerReachesWhatMatters() public {
        bytes4[16] memory actions = [
            Handler.originate.selector,
            Handler.fund.selector,
            Handler.fundWithSignature.selector,
            Handler.donate.selector,
            Handler.transfer.selector,
            Handler.transferWithSignature.selector,
            Handler.post.selector,
            Handler.sync.selector,
            Handler.syncBatch.selector,
            Handler.claim.selector,
            Handler.payProvider.selector,
            Handler.collectFee.selector,
            Handler.refund.selector,
            Handler.freeze.selector,
            Handler.forcedTransfer.selector,
            Handler.setMember.selector
        ];
        for (uint256 i; i < 900; ++i) {
            uint256 seed = uint256(keccak256(abi.encode(i)));
            (bool ok, ) = address(handler).call(abi.encodePacked(actions[seed % 16], seed >> 8, (seed >> 16) % 1e12));
            require(ok, "an action reverted");
        }
        string[13] memory things = [
            "originate",
            "refused transfer",
            "refused order",
            "refunded",
            "refused refund",
            "refused force",
            "forced against the rules",
            "paid claim",
            "short",
            "capped",
            "lower leaf",
            "syncBatch",
            "donate"
        ];
        for (uint256 i; i < things.length; ++i) require(handler.happened(things[i]) > 0, things[i]);
        invariant_TheAccountsHold();
    }

    /// @dev Whatever an action found wrong.
    function _checkNoActionFoundAFault() private view {
        require(bytes(handler.broken()).length == 0, handler.broken());
    }

    /// @dev Per pay token the balance is all that is owed to anybody, the residues, and gifts: to the unit.
    function _checkCashIsConserved() private view {
        uint256[2] memory owed;
        for (uint256 i; i < handler.leases(); ++i) {
            uint256 id = handler.ids(i);
            Series memory s = claims.seriesOf(id);
            uint256 residue = ((uint256(s.applied) * s.poolBps) / 10_000) % s.units;
            require(residue < s.units, "a residue reaches its units");
            uint256 sum = residue + claims.escrowOf(id) + claims.providerDue(id) + claims.feeDue(id);
            for (uint256 h; h < 4; ++h) sum += claims.claimable(id, handler.holder(h));
            owed[s.token - 1] += sum;
        }
        for (uint256 k; k < 2; ++k) {
            require(handler.held(k) == owed[k] + handler.donated(handler.tokens(k)), "held is not owed");
            require(
                handler.held(k) + handler.paidOut(handler.tokens(k)) ==
                    handler.pulled(handler.tokens(k)) + handler.donated(handler.tokens(k)),
                "what came in is not what went out and what is held"
            );
        }
    }

    function _checkNeverMoreThanFundedOrAllowed() private view {
        for (uint256 i; i < handler.leases(); ++i) {
            uint256 id = handler.ids(i);
            Series memory s = claims.seriesOf(id);
            Bounds memory b = claims.boundsOf(id);
            require(b.funded == handler.fundedNet(id), "funded is not what came in less refunds");
            require(s.applied <= b.funded, "more applied than funded");
            require(s.applied <= uint256(b.capPerEpoch) * handler.epochsPassed(id), "more than the terms allow");
            require(
                s.lastEpoch + 1 >= b.startEpoch && s.lastEpoch < b.startEpoch + b.epochs,
                "an epoch out of the term"
            );
        }
    }

    function _checkUnitsAreConserved() private view {
        for (uint256 i; i < handler.leases(); ++i) {
            uint256 id = handler.ids(i);
            uint256 sum;
            for (uint256 h; h < 4; ++h) sum += claims.balanceOf(handler.holder(h), id);
            require(sum == claims.totalSupply(id), "units were made or lost");
            require(sum == handler.terms(i).units, "units are not the terms'");
        }
    }

    function _checkQuestionsNeverRevert() private view {
        for (uint256 i; i < handler.leases(); ++i) {
            book.statusOf(handler.ids(i));
            claims.uri(handler.ids(i));
            for (uint256 h; h < 4; ++h) {
                claims.canTransfer(handler.holder(h), handler.holder(h + 1), handler.ids(i), type(uint256).max);
            }
        }
    }
}
