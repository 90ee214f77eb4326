#!/usr/bin/env bash
# Runs every test and ends with one line: N passed, N failed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TXT'
usage: ./scripts/test.sh [full] [group…]
  full    the long profiles: more random cases, more seeds
  groups  lint · contracts · conformance · unit · end-to-end   (default: all)
          chain: what a command goes through on its way to the chain: its unit tests, the simulation, Nethereum's conformance, kills and replicas; with full, the whole demonstration with a replica frozen, and outages
          telemetry: every way in, with a real Prometheus, on SQLite and PostgreSQL; with full, a million malformed inputs, the soak, and the recipe that needs npm packages
          contracts: Solidity's lint, specification trees and tests, gas, the mutation report; with full, coverage and verification bundles too
          solidity: only its tests and gas · mutation: only whether docs/mutation.md is complete and of today's contracts
environment: COMPUTERWA_TEST_POSTGRES (Npgsql's connection string of a server where databases may be created; without it a fresh one is started)
TXT
}

export COMPUTERWA_PROFILE=quick
export DOTNET_TieredPGO=0 # builds and tests end before it pays
all="lint contracts conformance unit end-to-end" groups=""
for argument in "$@"; do
  case "$argument" in
    full) COMPUTERWA_PROFILE=full ;;
    lint | contracts | solidity | mutation | conformance | chain | telemetry | unit | end-to-end) groups+=" $argument" ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
groups=${groups:-$all}

named() { grep -qx -- "$1" <<<"${groups// /$'\n'}"; }

# suites_of <group>: what it runs; a suite that two groups name runs once.
suites_of() {
  case "$1" in
    lint) echo format solhint prettier ;;
    contracts) echo solhint prettier trees gas solidity mutants mutation $([ "$COMPUTERWA_PROFILE" = quick ] || echo bundles coverage) ;;
    solidity) echo gas solidity ;;
    unit) echo unit unit-on-postgres $([ -n "${COMPUTERWA_TEST_POSTGRES:-}" ] || echo postgres) ;;
    chain)
      echo conformance $(named unit || echo chain) $(named end-to-end || echo chain-end-to-end)
      [ -n "${COMPUTERWA_TEST_POSTGRES:-}" ] || echo postgres
      ;;
    telemetry)
      named unit || echo telemetry telemetry-on-postgres
      named end-to-end || echo telemetry-end-to-end
      [ -n "${COMPUTERWA_TEST_POSTGRES:-}" ] || echo postgres
      ;;
    end-to-end) echo bundles end-to-end $([ -n "${COMPUTERWA_TEST_POSTGRES:-}" ] || echo postgres) ;;
    *) echo "$1" ;;
  esac
}
suites=$(for group in $groups; do suites_of "$group"; done | tr ' ' '\n' | sort -u)
wanted() { grep -qx "$1" <<<"$suites"; }

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

solidity_sources() { find contracts tests/contracts -name '*.sol' | sort; }
javascript_sources() { git ls-files '*.mjs' hardhat.config.js; }

# Style and analyzers are held by the build itself, where warnings are errors; what is left is layout.
lint_dotnet() { one format dotnet format whitespace ComputeRwa.sln --verify-no-changes --no-restore; }

lint_node() {
  if wanted solhint; then one solhint solhint --max-warnings 0 --noPoster --disc $(solidity_sources); fi
  if wanted prettier; then one prettier prettier --check $(solidity_sources) $(javascript_sources); fi
}

# What the contracts' transactions cost against snapshots/gas.json and the budgets.
gas() { one gas node scripts/gas.mjs; }

solidity() {
  local rc=0 passed=0 failed=0 cases=0 calls=0
  node scripts/solidity.mjs "$logs/solidity.counts" >"$logs/solidity.log" 2>&1 || rc=$?
  [ ! -f "$logs/solidity.counts" ] || read -r passed failed cases calls <"$logs/solidity.counts"
  # A compiler error fails without a failing test.
  [ $rc -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
  say "solidity: $cases fuzz cases, $calls calls in search of a broken invariant"
  record solidity "$passed" "$failed"
}

# javascript <suite> <file>: node's own test runner.
javascript() {
  local rc=0 passed failed
  node --test --test-reporter=tap "$2" >"$logs/$1.log" 2>&1 || rc=$?
  passed=$(sed -n 's/^# pass //p' "$logs/$1.log")
  failed=$(sed -n 's/^# fail //p' "$logs/$1.log")
  [ $rc -eq 0 ] || [ "${failed:-0}" -gt 0 ] || failed=1
  record "$1" "${passed:-0}" "${failed:-0}"
}

# The report on mutation tests, which take long, is of today's contracts: scripts/mutate.sh writes it.
mutation() { one mutation node scripts/mutate.mjs --check; }

# Lines of production contracts that tests reach. Instrumented code is built apart, and once: random tests need no long profile here.
coverage() {
  local built="$run_dir/coverage"
  COMPUTERWA_PROFILE=quick COMPUTERWA_CONTRACTS_BUILD="$built" hardhat test solidity --coverage >"$logs/coverage-run.log" 2>&1 || {
    cp "$logs/coverage-run.log" "$logs/coverage.log"
    record coverage 0 1
    return
  }
  one coverage node scripts/coverage.mjs coverage/lcov.info
  say "coverage: $(tail -n 1 "$logs/coverage.log")"
}

# csharp <suite> <project> [option…]: counts from the trx file. What nobody waits for leaves the processor to the rest: nicely="nice".
csharp() {
  local suite=$1 project=$2 rc=0 counters passed failed skipped; shift 2
  ${nicely:-} dotnet test "tests/$project" -c Release --no-build --nologo --logger "trx;LogFileName=$suite.trx" --results-directory "$logs" "$@" >"$logs/$suite.log" 2>&1 || rc=$?
  counters=$(grep -o '<Counters [^>]*' "$logs/$suite.trx" 2>/dev/null || true)
  passed=$(sed -n 's/.* passed="\([0-9]*\)".*/\1/p' <<<"$counters")
  failed=$(sed -n 's/.* failed="\([0-9]*\)".*/\1/p' <<<"$counters")
  [ $rc -eq 0 ] || [ "${failed:-0}" -gt 0 ] || failed=1
  sed -nE 's/^(.*<StdOut>)?((simulation|kills|soak) on [^<]*).*/\2/p' "$logs/$suite.trx" 2>/dev/null | sort -u | while read -r counts; do say "$counts"; done
  # What this machine cannot run is in the log with its reason; nobody should take it for passed.
  skipped=$(sed -n 's/.* total="\([0-9]*\)" executed="\([0-9]*\)".*/\1 \2/p' <<<"$counters" | { read -r total executed && echo $((total - executed)); } || true)
  [ "${skipped:-0}" -eq 0 ] || say "$suite: $skipped skipped on this machine, see $logs/$suite.log"
  record "$suite" "${passed:-0}" "${failed:-0}"
}

# The server that the C# tests use beside SQLite. Without one, their PostgreSQL half does not run, so that is a failure.
postgres() {
  trap 'stop_postgres test-postgres' EXIT
  # Its data ends with the tests, and in memory its many small databases take a third of the time; those that crash a server start their own.
  TMPDIR=$(memory_or_tmp) one postgres start_postgres test-postgres -c fsync=off
  COMPUTERWA_TEST_POSTGRES=$(cat "$run_dir/test-postgres.connection" 2>/dev/null) || say "PostgreSQL: its half of the C# tests does not run"
  export COMPUTERWA_TEST_POSTGRES
}

# memory_or_tmp: where short-lived data go: into memory where there is plenty.
memory_or_tmp() {
  local free; free=$(df --output=avail -m /dev/shm 2>/dev/null | tail -n 1)
  if [ "$COMPUTERWA_PROFILE" = quick ] && [ "${free:-0}" -ge 8192 ] && [ "$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)" -ge 8192 ]; then echo /dev/shm; else echo "${TMPDIR:-/tmp}"; fi
}

# What the wanted suites do not run, nobody waits for.
projects() {
  if wanted format; then echo ComputeRwa.sln; return; fi
  local unwanted='ComputeRwa.Benchmarks' listed
  wanted conformance || unwanted+='|Nethereum.Conformance'
  grep -qE '^(unit|chain|telemetry)' <<<"$suites" || unwanted+='|ComputeRwa.Tests'
  grep -q 'end-to-end' <<<"$suites" || unwanted+='|ComputeRwa.EndToEnd'
  listed=$(git ls-files '*.csproj' | grep -vE "/($unwanted)/" | sed 's/.*/"&"/' | paste -sd,)
  printf '{"solution":{"path":"../../ComputeRwa.sln","projects":[%s]}}\n' "$listed" >"$logs/wanted.slnf"
  echo "$logs/wanted.slnf"
}

# Of the C# tests, the folder that the wanted suites run; all where they run more than one.
tests_of() {
  if wanted format || wanted unit || { wanted chain && wanted telemetry; }; then return; fi
  if wanted chain; then echo Chain; fi
  if wanted telemetry; then echo Telemetry; fi
}

# Analyzers take a third of the build, and only lint asks for what they say. A build does not notice that it was made without them, so that is remembered.
build_solution() {
  local unanalyzed="$run_dir/unanalyzed" how=(-p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false)
  if wanted format; then how=(); fi
  if wanted format && [ -f "$unanalyzed" ]; then how=(--no-incremental); fi
  wanted format || touch "$unanalyzed"
  say "building"
  # A compiler ends before compiling itself better pays (a sixth of the build) and before most of its garbage need be collected (a tenth). Projects go to a core each as their references are done (-graph), where most of them shared one.
  DOTNET_TC_CallCounting=0 DOTNET_gcServer=0 DOTNET_gcConcurrent=0 DOTNET_GCgen0size=0x8000000 \
    quietly "$logs/build.log" ${nicely:-} dotnet build "$(projects)" -c Release -graph -v q --nologo -p:TestsOf="$(tests_of)" "${how[@]}" || die "the solution does not build"
  ! wanted format || rm -f "$unanalyzed"
}

# Only Solidity's own suites need its tests compiled.
compile() {
  local suite
  for suite in gas solidity mutation mutants coverage bundles; do
    if wanted "$suite"; then build_contracts node scripts/compile.mjs; return; fi
  done
  build_contracts
}

chain_end_to_end() {
  csharp chain-end-to-end ComputeRwa.EndToEnd --filter "$([ "$COMPUTERWA_PROFILE" = quick ] && echo 'group=chain&length!=story' || echo 'group=chain|group=outages')"
}

# telemetry <suite> <more of the filter>: much of it waits, for agents and exporters, so more runs at once than there are cores.
telemetry() { csharp "$1" ComputeRwa.Tests --filter "FullyQualifiedName~ComputeRwa.Tests.Telemetry$2$($packages || echo '&needs!=packages')" -- xUnit.MaxParallelThreads=6; }

# What only the long profile runs is left out by name, so that nobody takes it for something this machine cannot run.
telemetry_end_to_end() { csharp telemetry-end-to-end ComputeRwa.EndToEnd --filter "group=telemetry$([ "$COMPUTERWA_PROFILE" = full ] || echo '&profile!=full')"; }

contracts_lane() {
  if wanted gas; then gas; fi
  if wanted solidity; then solidity; fi
  if wanted chain-end-to-end && [ "$COMPUTERWA_PROFILE" = quick ]; then chain_end_to_end; fi
  # Agent and collectors know nothing of the database: with PostgreSQL behind the service they run in `unit` and in the long profile.
  if wanted telemetry-on-postgres; then COMPUTERWA_TEST_ENGINE=postgres telemetry telemetry-on-postgres "&(engine=both|engine=postgres)$([ "$COMPUTERWA_PROFILE" = full ] || echo '&FullyQualifiedName!~.NodeAgent.&FullyQualifiedName!~.RecipeTests')"; fi
  if wanted unit-on-postgres; then COMPUTERWA_TEST_ENGINE=postgres csharp unit-on-postgres ComputeRwa.Tests --filter 'engine=both|engine=postgres'; fi
}

other_lane() {
  lint_node
  if wanted trees; then one trees node scripts/trees.mjs; fi
  if wanted mutation; then mutation; fi
  if wanted mutants; then javascript mutants scripts/test/mutation.test.mjs; fi
  if wanted coverage; then coverage; fi
  if wanted bundles; then javascript bundles scripts/test/bundles.test.mjs; fi
  if wanted unit; then csharp unit ComputeRwa.Tests --filter 'engine!=postgres'; fi
  if wanted chain; then csharp chain ComputeRwa.Tests --filter 'FullyQualifiedName~ComputeRwa.Tests.Chain&engine!=postgres'; fi
  if wanted telemetry; then telemetry telemetry '&engine!=postgres'; fi
  if wanted format; then lint_dotnet; fi
}

dotnet=false packages=false
for suite in $suites; do
  case "$suite" in format | conformance | unit* | chain* | telemetry* | end-to-end) dotnet=true ;; esac
  case "$suite" in format | postgres | telemetry*) ;; *) packages=true ;; esac
done
[ "$COMPUTERWA_PROFILE" = quick ] || packages=true
# Two lanes for two cores: the C# tests need compiled contracts, the end-to-end tests need both. Nethereum's conformance needs none, and takes what is left;
# telemetry needs neither contracts nor npm packages.
solution= conformance= contracts= waiting= fetched=
if $dotnet; then
  # While the compiler leaves a core idle. A machine that cannot fetch them does without the library, and is told of the collectors by their tests.
  (
    find_secp256k1 >/dev/null || true
    if wanted telemetry || wanted unit; then for collector in prometheus vmagent; do "$root/scripts/collector.sh" "$collector"; done; fi
  ) >"$logs/fetched.log" 2>&1 &
  fetched=$!
fi
if $dotnet; then
  need_dotnet
  nicely=$(! $packages || echo nice) build_solution & # what the contracts need takes longer
  solution=$!
fi
! $packages || need_node
if wanted postgres; then postgres; fi
if $packages; then
  compile &
  contracts=$!
fi
[ -z "$solution" ] || wait $solution || exit 1
if [ -n "$fetched" ]; then
  wait $fetched || say "no collectors: $(tail -n 1 "$logs/fetched.log")"
  use_secp256k1
fi
if wanted conformance; then
  nicely=nice csharp conformance Nethereum.Conformance &
  conformance=$!
fi
[ -z "$contracts" ] || wait $contracts || exit 1
contracts_lane &
lane=$!
if wanted telemetry-end-to-end && [ "$COMPUTERWA_PROFILE" = quick ]; then
  telemetry_end_to_end &
  waiting=$!
fi
other_lane
wait $lane || true
for job in $conformance $waiting; do wait "$job" || true; done
if wanted end-to-end; then csharp end-to-end ComputeRwa.EndToEnd $([ "$COMPUTERWA_PROFILE" = full ] || echo --filter 'profile!=full'); fi
# The long profile says how much it takes and how long a recovery is, and so has the machine for itself.
if [ "$COMPUTERWA_PROFILE" = full ]; then
  if wanted telemetry-end-to-end; then telemetry_end_to_end; fi
  if wanted chain-end-to-end; then chain_end_to_end; fi
fi

counted=$(find "$logs" -name '*.count' | wc -l)
lost=$(($(wc -l <<<"$suites") - counted))
[ $lost -eq 0 ] || say "$lost suites ended without a count"
read -r passed failed < <(cat "$logs"/*.count | awk -v lost=$lost '{ p += $1; f += $2 } END { print p + 0, f + lost }')
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
