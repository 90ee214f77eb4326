#!/usr/bin/env bash
# Runs every test and ends with one line: N passed, N failed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TXT'
usage: ./scripts/test.sh [full] [group…]
  full    the long profiles: more random cases, more seeds
  groups  lint · solidity · conformance · unit · end-to-end   (default: all)
TXT
}

export COMPUTERWA_PROFILE=quick
all="lint solidity conformance unit end-to-end" groups=""
for argument in "$@"; do
  case "$argument" in
    full) COMPUTERWA_PROFILE=full ;;
    lint | solidity | conformance | unit | end-to-end) groups+=" $argument" ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
groups=${groups:-$all}
wanted() { [[ " $groups " == *" $1 "* ]]; }

logs="$run_dir/test"
rm -rf "$logs"
mkdir -p "$logs"

# record <suite> <passed> <failed>: an executed suite; none executed is a failure of its own.
record() {
  local passed=$2 failed=$3
  if [ $((passed + failed)) -eq 0 ]; then
    failed=1
    printf 'no test ran\n' >>"$logs/$1.log"
  fi
  printf '%s %s\n' "$passed" "$failed" >"$logs/$1.count"
  say "$1: $passed passed, $failed failed"
  [ "$failed" -eq 0 ] || show_log "$logs/$1.log"
}

# one <suite> <command…>: a command that counts as one test.
one() {
  local suite=$1; shift
  if "$@" >"$logs/$suite.log" 2>&1; then record "$suite" 1 0; else record "$suite" 0 1; fi
}

solidity_sources() { find contracts -name '*.sol' | sort; }
javascript_sources() { git ls-files '*.mjs' hardhat.config.js; }

# Style and analyzers are held by the build itself, where warnings are errors; what is left is layout.
lint_dotnet() { one format dotnet format whitespace ComputeRwa.sln --verify-no-changes --no-restore; }

lint_node() {
  one solhint solhint --max-warnings 0 --noPoster --disc $(solidity_sources)
  one prettier prettier --check $(solidity_sources) $(javascript_sources)
}

# What the contracts' transactions cost against snapshots/gas.json and the budgets.
gas() { one gas node scripts/gas.mjs; }

solidity() {
  one solhint solhint --max-warnings 0 $(solidity_sources)
  one prettier prettier --check $(solidity_sources)
}

solidity() {
  local rc=0 passed failed
  hardhat test solidity >"$logs/solidity.log" 2>&1 || rc=$?
  passed=$(grep -oE '[0-9]+ passing' "$logs/solidity.log" | head -n 1 | cut -d' ' -f1 || true)
  failed=$(grep -oE '[0-9]+ failing' "$logs/solidity.log" | head -n 1 | cut -d' ' -f1 || true)
  # A compiler error fails without a failing test.
  [ $rc -eq 0 ] || [ "${failed:-0}" -gt 0 ] || failed=1
  record solidity "${passed:-0}" "${failed:-0}"
}

# csharp <suite> <project>: counts from the trx file.
csharp() {
  local rc=0 counters passed failed
  dotnet test "tests/$2" -c Release --no-build --nologo --logger "trx;LogFileName=$1.trx" --results-directory "$logs" >"$logs/$1.log" 2>&1 || rc=$?
  counters=$(grep -o '<Counters [^>]*' "$logs/$1.trx" 2>/dev/null || true)
  passed=$(sed -n 's/.* passed="\([0-9]*\)".*/\1/p' <<<"$counters")
  failed=$(sed -n 's/.* failed="\([0-9]*\)".*/\1/p' <<<"$counters")
  [ $rc -eq 0 ] || [ "${failed:-0}" -gt 0 ] || failed=1
  record "$1" "${passed:-0}" "${failed:-0}"
}

# Two lanes for two cores. The C# tests need compiled contracts, the end-to-end tests need both.
build() {
  build_contracts &
  local contracts=$!
  say "building"
  quietly "$logs/build.log" dotnet build ComputeRwa.sln -c Release -v q --nologo || die "the solution does not build"
  wait $contracts || exit 1
}

node_lane() {
  if wanted lint; then lint_node; fi
  if wanted solidity; then
    gas
    solidity
  fi
}

dotnet_lane() {
  if wanted conformance; then csharp conformance Nethereum.Conformance; fi
  if wanted unit; then csharp unit ComputeRwa.Tests; fi
  if wanted lint; then lint_dotnet; fi
}

need_dotnet
need_node
build
node_lane &
lane=$!
dotnet_lane
wait $lane || true
if wanted end-to-end; then csharp end-to-end ComputeRwa.EndToEnd; fi

suites=0
for group in $groups; do
  case "$group" in
    lint) suites=$((suites + 3)) ;;
    solidity) suites=$((suites + 2)) ;;
    *) suites=$((suites + 1)) ;;
  esac
done
counted=$(find "$logs" -name '*.count' | wc -l)
lost=$((suites - counted))
[ $lost -eq 0 ] || say "$lost suites ended without a count"
read -r passed failed < <(cat "$logs"/*.count | awk -v lost=$lost '{ p += $1; f += $2 } END { print p + 0, f + lost }')
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
