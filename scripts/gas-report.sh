#!/usr/bin/env bash
# Regenerates docs/gas.md: our gas beside OpenZeppelin's and solady's ERC-1155, T-REX and Superfluid. The peers are packages that
# only this command installs, in scripts/peers/node_modules.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_node
install_packages scripts/peers --legacy-peer-deps || die "npm ci failed"
build_contracts
node scripts/gas-report.mjs
say "wrote docs/gas.md"
