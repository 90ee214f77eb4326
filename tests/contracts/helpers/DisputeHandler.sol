// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {Series} from "../../../contracts/interfaces/ILeaseClaims.sol";
import {RootActions} from "./RootActions.sol";
import {Tree} from "./Tree.sol";
import {vm} from "./Vm.sol";

/// @title Roots that lie and wait, disputes, early ends, deposits and income, in any order, and the way out from there
contract DisputeHandler is RootActions {
    /// @dev From wherever things stand: everybody can leave, with what is theirs.
    function everybodyLeaves() external {
        for (uint256 i; i < _objectionIds.length; ++i) {
            vm.warp(block.timestamp + WINDOW);
            _settleObjection(_objectionIds[i], _objectionEpochs[i]);
        }
        for (uint256 i; i < letIds.length; ++i) {
            uint256 id = letIds[i];
            for (uint256 k; k < 60 && !_isFinal(id); ++k) _bringHome(id);
            // Left out of every tree: the parties' own way out.
            if (claims.seriesOf(id).lastEpoch < _endEpoch(id)) _settleTheRest(i);
            _expect(claims.seriesOf(id).lastEpoch == _endEpoch(id), "a lease without an end");
            if (claims.seriesOf(id).flags & 9 == 0) book.refund(lets[i]);
            // A lease that attestors drop after its final leaf, with arrears that were funded since, has nobody to say so.
            (bool kept, ) = _indexOf(ledger.latestEpoch(), id);
            if (kept) _expect(claims.escrowOf(id) == 0, "the lessee left escrow behind");
        }
        for (uint256 i; i < letIds.length; ++i) {
            claims.claim(letIds[i], provider);
            claims.claim(letIds[i], alice);
            book.payProvider(lets[i]);
            claims.collectFee(letIds[i]);
            uint256 units = claims.balanceOf(alice, letIds[i]);
            vm.prank(alice);
            claims.safeTransferFrom(alice, bob, letIds[i], units, "");
        }
    }

    function _isFinal(uint256 id) private view returns (bool) {
        Series memory s = claims.seriesOf(id);
        return s.lastEpoch == _endEpoch(id) && (s.flags & 9 == 0 || claims.escrowOf(id) == 0);
    }

    function _bringHome(uint256 id) private {
        _postNext(Lie.None, 0);
        uint32 epoch = ledger.latestEpoch();
        if (epoch == 0) return;
        if (_pending(epoch)) _ripen();
        (bool found, uint256 place) = _indexOf(epoch, id);
        if (found) ledger.sync(epoch, leavesOf[epoch][place], Tree.proof(nodesOf[epoch], place));
    }

    function _settleTheRest(uint256 i) private {
        uint32 end = _endEpoch(letIds[i]);
        vm.warp(_endOf(end) + LIVENESS * LENGTH);
        _coSettle(i, end, type(uint96).max);
        ++happened["left by co-signature"];
    }

    // What the invariants ask

    function leases() external view returns (uint256[] memory) {
        return letIds;
    }

    function contracts() external view returns (address, address, address, address, address) {
        return (address(claims), address(ledger), address(book), address(rights), address(dollar));
    }

    /// @dev Dispute bonds that are out: demands and objections that stand.
    function disputes() external view returns (uint256 open) {
        for (uint256 i; i < _demandIds.length; ++i) {
            if (ledger.demandOf(_demandEpochs[i], _demandIds[i]).posted != 0) ++open;
        }
        for (uint256 i; i < _objectionIds.length; ++i) {
            if (ledger.objectionOf(_objectionIds[i], _objectionEpochs[i]).increment != 0) ++open;
        }
    }

    function owedByLedger() external view returns (uint256) {
        return
            ledger.bond() +
            ledger.creditOf(stranger) +
            ledger.creditOf(bob) +
            ledger.creditOf(lessee) +
            ledger.creditOf(provider);
    }

    function aCancelledRootIsActive() external view returns (bool) {
        for (uint256 i; i < _cancelledRoots.length; ++i) {
            if (ledger.isActive(_cancelledEpochs[i], _cancelledRoots[i])) return true;
        }
        return false;
    }

    function holders() external view returns (address[3] memory) {
        return [provider, alice, bob];
    }
}
