#!/usr/bin/env bash
# Regenerates docs/gas.md: our gas beside OpenZeppelin's and solady's ERC-1155, T-REX and Superfluid. The peers are packages that
# only this command installs, in scripts/peers/node_modules.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_node
peers=scripts/peers lock=$(sha256sum scripts/peers/package-lock.json | cut -d' ' -f1)
if [ "$(cat $peers/node_modules/.installed 2>/dev/null)" != "$lock" ]; then
  say "installing the peers (once)"
  quietly "$run_dir/logs/npm-peers.log" npm ci --prefix $peers --ignore-scripts --legacy-peer-deps --no-audit --no-fund || die "npm ci failed"
  echo "$lock" >$peers/node_modules/.installed
fi
build_contracts
node scripts/gas-report.mjs
say "wrote docs/gas.md"
