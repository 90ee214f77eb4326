#!/usr/bin/env bash
# Starts a fresh chain, database and API, and runs the demonstration on them.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TXT'
usage: ./scripts/run.sh [--once] [--keep] | --stop
  (nothing)  runs the demonstration, prints its table and stays up until Ctrl-C
  --once     ends after the table and an audit of it (docs/verify.md)
  --keep     leaves the chain and the API running in the background when this command ends
  --stop     ends what an earlier run left running
environment: COMPUTERWA_PORT (API, 5080) · COMPUTERWA_RPC_PORT (chain, 8545) · COMPUTERWA_SEED (demonstration, 1)
TXT
}

once=false keep=false
for argument in "$@"; do
  case "$argument" in
    --once) once=true ;;
    --keep) keep=true ;;
    --stop) for name in run demo api chain; do stop "$name"; done; exit 0 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

port=${COMPUTERWA_PORT:-5080}
rpc_port=${COMPUTERWA_RPC_PORT:-8545}
seed=${COMPUTERWA_SEED:-1}
api="http://127.0.0.1:$port"
rpc="http://127.0.0.1:$rpc_port"

leave() {
  local rc=$?
  trap '' INT TERM
  stop demo
  if ! $keep || [ $rc -ne 0 ]; then
    stop api
    stop chain
  fi
  rm -f "$run_dir/run.pid"
  exit $rc
}

# Another run of this clone owns .run/ while it lives; what a killed one left behind is ended.
take_over() {
  local other
  if other=$(alive run); then die "a run of this clone is up as pid $other: end it with Ctrl-C there, or with ./scripts/run.sh --stop"; fi
  remember run $$
  trap leave EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  local name
  for name in demo api chain; do
    if other=$(alive "$name"); then say "ending the $name of an earlier run (pid $other)"; fi
    stop "$name"
  done
  need_port "$rpc_port" COMPUTERWA_RPC_PORT "the chain"
  need_port "$port" COMPUTERWA_PORT "the API"
}

start_chain() {
  say "starting a fresh chain at $rpc"
  start chain node node_modules/hardhat/dist/src/cli.js node --hostname 127.0.0.1 --port "$rpc_port"
  wait_for chain 60 listening "$rpc_port"
  quietly "$run_dir/logs/deploy.log" node scripts/deploy.mjs --rpc "$rpc" --out "$run_dir/deployment.json" --base-uri "$api/v1/tokens/" --window 21600 \
    || die "the contracts could not be deployed"
  quietly "$run_dir/logs/operator.log" node scripts/operator.mjs --rpc "$rpc" --out "$run_dir/operator.key" || die "the operator's account could not be made"
}

random_key() { printf 'crwa_%s' "$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')"; }

start_api() {
  say "starting the API at $api"
  (umask 077 && random_key >"$run_dir/api.key")
  start api env \
    ASPNETCORE_URLS="$api" \
    Db__Url="sqlite:$run_dir/computerwa.db" \
    Auth__OperatorKey="$(cat "$run_dir/api.key")" \
    Chain__RpcUrl="$rpc" \
    Chain__Deployment="$run_dir/deployment.json" \
    Chain__OperatorKey="$(cat "$run_dir/operator.key")" \
    Clock__Source=chain \
    Logging__LogLevel__Default=Warning \
    dotnet "$dotnet_bin/ComputeRwa/release/ComputeRwa.dll"
  wait_for api 60 ready
}

ready() { [ "$(http_status "$port" /health/ready)" = 200 ]; }

# In the background, so that a signal is acted on at once and an orphan of a killed run can be found again.
demonstrate() {
  COMPUTERWA_KEY="$(cat "$run_dir/api.key")" dotnet "$dotnet_bin/ComputeRwa.Demo/release/ComputeRwa.Demo.dll" \
    --api "$api" --rpc "$rpc" --seed "$seed" &
  remember demo $!
  wait $! || { show_log "$run_dir/logs/api.log"; die "the demonstration failed"; }
}

# From the chain and the published files alone.
audit() {
  say "auditing the history"
  dotnet "$verify_dll" chain --rpc "$rpc" --deployment "$run_dir/deployment.json" --api "$api" || die "the audit failed"
}

stay_up() {
  cat <<TXT

The API and its pages stay up at $api until Ctrl-C.
  operator API key  $(cat "$run_dir/api.key")
  OpenAPI           $api/openapi/v1.json
  reconciliation    $api/v1/reconciliation
  chain (JSON-RPC)  $rpc
  logs              .run/logs/
TXT
  $keep && return
  local name
  while sleep 1; do
    for name in chain api; do
      alive "$name" >/dev/null || { show_log "$run_dir/logs/$name.log"; die "$name stopped by itself"; }
    done
  done
}

need_dotnet
take_over
need_node
build_contracts
build_dotnet
rm -rf "$run_dir"/computerwa.db* "$run_dir/deployment.json"
start_chain
start_api
say "ready; running the demonstration (seed $seed)"
demonstrate
if $once; then audit; fi
say "done"
$once || stay_up
