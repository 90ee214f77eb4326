#!/usr/bin/env bash
# Mutation tests of the contracts; resumable: an interrupted run goes on where it stopped. Options: see scripts/mutate.mjs.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_node
build_contracts
say "compiling the Solidity tests"
quietly "$run_dir/logs/contracts-test.log" hardhat build || die "the Solidity tests do not compile"
node scripts/mutate.mjs "$@"
