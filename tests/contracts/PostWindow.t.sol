// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IEpochLedger} from "../../contracts/interfaces/IEpochLedger.sol";
import {EpochRoot} from "../../contracts/types/Lease.sol";
import {Deployment, Fixture} from "./helpers/Fixture.sol";
import {vm} from "./helpers/Vm.sol";

/// @dev A window of two and a half epochs: the ring holds eight roots and a root ripens.
contract PostWindowTest is Fixture {
    uint32 private constant WINDOW = 216_000;

    function _window() internal pure override returns (uint32) {
        return WINDOW;
    }

    function test_ARootIsActiveWhenItsWindowIsOver() public {
        bytes32 root = keccak256("root");
        _post(start, root);
        uint256 posted = block.timestamp;
        vm.warp(posted + WINDOW - 1);
        _true(!ledger.isActive(start, root), "inside the window");
        vm.warp(posted + WINDOW);
        _true(ledger.isActive(start, root), "after the window");
        _eq(ledger.challengeWindow(), WINDOW, "window");
        _eq(ledger.epochLength(), LENGTH, "length");
    }

    function test_TheActiveEpochIsTheLatestWhoseWindowIsOver() public {
        _eq(ledger.activeEpoch(), 0, "none yet");
        _post(start, keccak256("first"));
        _eq(ledger.activeEpoch(), 0, "in its window");
        vm.warp(block.timestamp + WINDOW);
        _eq(ledger.activeEpoch(), start, "the first");
        _post(start + 1, keccak256("second"));
        vm.warp(block.timestamp + 1 hours);
        _post(start + 2, keccak256("third"));
        _eq(ledger.activeEpoch(), start, "two are in theirs");
        vm.warp(ledger.activeAt(start + 1));
        _eq(ledger.activeEpoch(), start + 1, "the second");
        vm.warp(ledger.activeAt(start + 2));
        _eq(ledger.activeEpoch(), start + 2, "the third");
    }

    function test_RevertWhen_TheOldestRootIsStillPending() public {
        _warpPast(start + 8);
        for (uint32 i; i < 7; ++i) _post(start + i, keccak256(abi.encode(i)));
        uint256 posted = block.timestamp;
        EpochRoot memory r = _root(start + 7, keccak256("one too many"));
        bytes[] memory signatures = _attest(r);
        vm.warp(posted + WINDOW - 1);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.RingFull.selector, start + 7));
        ledger.post(r, signatures);
        vm.warp(posted + WINDOW);
        ledger.post(r, signatures);
    }

    /// @dev The ring goes unasked only once it has been calm for as long as a root can wait, and not a post sooner.
    function test_RevertWhen_ARushIsNotYetForgotten() public {
        uint256 id = _originate();
        uint256 stride = (2 * uint256(WINDOW) + WINDOW / 128 + 1 + 5) / 6;
        _warpPast(start + 8);
        uint256 rush = block.timestamp;
        for (uint32 i; i < 3; ++i) _post(start + i, keccak256(abi.encode(i)));
        ledger.demandReveal(start, id);
        for (uint32 i = 1; i < 5; ++i) {
            vm.warp(rush + i * stride);
            _post(start + 2 + i, keccak256(abi.encode(i)));
        }
        vm.warp(rush + 5 * stride);
        EpochRoot memory r = _root(start + 7, keccak256("a post too soon"));
        bytes[] memory signatures = _attest(r);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.RingFull.selector, start + 7));
        ledger.post(r, signatures);
        vm.warp(rush + 2 * WINDOW);
        ledger.post(r, signatures);
    }

    /// @dev Six posts that come a little faster than the stride are not calm: the ring is asked, and the root after the oldest waits.
    function test_RevertWhen_PostsComeCloserThanTheStride() public {
        uint256 id = _originate();
        _warpPast(start + 8);
        uint256 rush = block.timestamp;
        for (uint32 i; i < 3; ++i) _post(start + i, keccak256(abi.encode(i)));
        ledger.demandReveal(start + 1, id);
        for (uint32 i = 1; i < 6; ++i) {
            vm.warp(rush + i * 50_000);
            _post(start + 2 + i, keccak256(abi.encode(i)));
        }
        vm.warp(rush + 300_000);
        EpochRoot memory r = _root(start + 8, keccak256("one too many"));
        bytes[] memory signatures = _attest(r);
        vm.expectRevert(abi.encodeWithSelector(IEpochLedger.RingFull.selector, start + 8));
        ledger.post(r, signatures);
    }

    function test_TheRingOutlivesTheWindow() public {
        for (uint32 i; i < 8; ++i) _post(start + i, keccak256(abi.encode(i)));
        _true(ledger.isActive(start, keccak256(abi.encode(uint32(0)))), "the eighth back is there and ripe");
        _post(start + 8, keccak256(abi.encode(uint32(8))));
        _true(!ledger.isActive(start, keccak256(abi.encode(uint32(0)))), "the ninth back is gone");
    }

    /// @dev However posts are spaced, with demands in between: a root is pushed out only once the one after it is active.
    function testFuzz_NoPostPushesOutWhatAChallengeNeeds(uint32[24] calldata gaps) public {
        uint32 ring = 8;
        uint256 id = _originate();
        _warpPast(start + 23);
        for (uint32 i; i < 24; ++i) {
            // Short gaps and long ones, about the stride.
            vm.warp(block.timestamp + (gaps[i] % (gaps[i] % 3 == 0 ? 6 * LENGTH : LENGTH)));
            uint32 epoch = start + i;
            uint256 oldest = i + 1 < ring ? 0 : ledger.activeAt(epoch + 1 - ring);
            EpochRoot memory r = _root(epoch, keccak256(abi.encode(i)));
            bytes[] memory signatures = _attest(r);
            if (oldest > block.timestamp) {
                vm.expectRevert(abi.encodeWithSelector(IEpochLedger.RingFull.selector, epoch));
                ledger.post(r, signatures);
                vm.warp(oldest);
            }
            ledger.post(r, signatures);
            lastRoot = r.root;
            if (gaps[i] % 5 == 0) ledger.demandReveal(epoch, id);
        }
    }
}

/// @dev Windows of any length, of which a 128th is seldom whole.
contract PostAnyWindowTest is Deployment {
    function testFuzz_RootsRipenInOrderAndInTime(uint32 window, uint32[6] calldata gaps, uint8 demanded) public {
        window = uint32(_bound(window, 1, 20 days));
        _setUp(window);
        uint256 id = _originate();
        _warpPast(start + 5);
        uint256 last;
        for (uint32 i; i < 6; ++i) {
            vm.warp(block.timestamp + (gaps[i] % window));
            uint32 epoch = start + i;
            _postWhenThereIsRoom(epoch);
            uint256 posted = block.timestamp;
            if (demanded & (1 << i) != 0) ledger.demandReveal(epoch, id);
            uint256 own = demanded & (1 << i) == 0 ? window : 2 * uint256(window);
            _true(ledger.activeAt(epoch) >= posted + own, "its window");
            _true(ledger.activeAt(epoch) >= last, "its turn");
            _true(ledger.activeAt(epoch) <= posted + 2 * uint256(window) + window / 128 + 1, "no longer than that");
            last = ledger.activeAt(epoch);
        }
    }

    /// @dev A window of 129 seconds, of which a 128th is a second and a 128th. The second root is due a second before the first: it
    /// waits one 128th more, which is two seconds.
    function test_WaitsAreRoundedUp() public {
        _setUp(129);
        uint256 id = _originate();
        _warpPast(start + 1);
        _post(start, keccak256("demanded"));
        uint256 posted = block.timestamp;
        ledger.demandReveal(start, id);
        vm.warp(posted + 128);
        _post(start + 1, keccak256("behind it"));
        _eq(ledger.activeAt(start), posted + 258, "a second window");
        _eq(ledger.activeAt(start + 1), posted + 128 + 129 + 2, "two seconds");
    }

    function _postWhenThereIsRoom(uint32 epoch) private {
        EpochRoot memory r = _root(epoch, keccak256(abi.encode(epoch)));
        bytes[] memory signatures = _attest(r);
        try ledger.post(r, signatures) {
            lastRoot = r.root;
        } catch {
            vm.warp(ledger.activeAt(epoch - 1)); // the ring was full
            ledger.post(r, signatures);
            lastRoot = r.root;
        }
    }
}
