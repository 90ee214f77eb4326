#!/usr/bin/env bash
# Measures what the product has a budget for, as far as it exists: ./scripts/bench.sh [full]
# Gas is measured by scripts/gas.mjs, which the tests run.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_dotnet
need_node
build_contracts
say "building"
quietly "$run_dir/logs/build.log" dotnet build tests/ComputeRwa.Benchmarks -c Release -v q --nologo || die "the benchmarks do not build"
dotnet "$dotnet_bin/ComputeRwa.Benchmarks/release/ComputeRwa.Benchmarks.dll" "$@"
node scripts/gas.mjs
