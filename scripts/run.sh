#!/usr/bin/env bash
# Starts a fresh chain, database and API, and runs the demonstration on them.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TXT'
usage: ./scripts/run.sh [--once] [--keep] [--postgres] [--replicas N] | --stop
  (nothing)  runs the demonstration, prints its table and stays up until Ctrl-C
  --once     ends after the table and an audit of it (docs/verify.md)
  --keep     leaves the chain and the API running in the background when this command ends
  --postgres    on a PostgreSQL of its own instead of SQLite
  --replicas N  N replicas of the API over one PostgreSQL, on ports from COMPUTERWA_PORT on
  --stop     ends what an earlier run left running
environment: COMPUTERWA_PORT (API, 5080) · COMPUTERWA_RPC_PORT (chain, 8545) · COMPUTERWA_SEED (demonstration, 1)
TXT
}

# What is up, or was left behind by a run that was killed.
apis() { local file; for file in "$run_dir"/api*.pid; do [ -e "$file" ] && basename "$file" .pid; done; true; }
stop_all() {
  local name
  for name in demo $(apis) chain; do stop "$name"; done
  stop_postgres postgres
}

once=false keep=false postgres=false replicas=1
while [ $# -gt 0 ]; do
  case "$1" in
    --once) once=true ;;
    --keep) keep=true ;;
    --postgres) postgres=true ;;
    --replicas) replicas=${2:-}; shift ;;
    --stop) stop run; stop_all; exit 0 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done
[[ $replicas =~ ^[1-9]$ ]] || die "--replicas takes a number from 1 to 9"
[ "$replicas" = 1 ] || postgres=true # SQLite belongs to one process

port=${COMPUTERWA_PORT:-5080}
rpc_port=${COMPUTERWA_RPC_PORT:-8545}
seed=${COMPUTERWA_SEED:-1}
api="http://127.0.0.1:$port"
rpc="http://127.0.0.1:$rpc_port"

leave() {
  local rc=$?
  trap '' INT TERM
  stop demo
  if ! $keep || [ $rc -ne 0 ]; then stop_all; fi
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
  for name in demo $(apis) chain postgres; do
    if other=$(alive "$name"); then say "ending the $name of an earlier run (pid $other)"; fi
  done
  stop_all
  need_port "$rpc_port" COMPUTERWA_RPC_PORT "the chain"
  local i
  for ((i = 0; i < replicas; i++)); do need_port $((port + i)) COMPUTERWA_PORT "the API"; done
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

# Replicas start at once: the first to come migrates the database, the others wait for it.
start_apis() {
  local i name db="sqlite:$run_dir/computerwa.db"
  if $postgres; then
    say "starting a fresh PostgreSQL"
    start_postgres postgres || die "PostgreSQL did not start"
    db="postgres:$(cat "$run_dir/postgres.connection")"
  fi
  say "starting the API at $api$([ "$replicas" = 1 ] || echo ", $replicas replicas on ports from $port on")"
  (umask 077 && random_key >"$run_dir/api.key")
  for ((i = 0; i < replicas; i++)); do start_api "$(replica "$i")" $((port + i)) "$db"; done
  for ((i = 0; i < replicas; i++)); do wait_for "$(replica "$i")" 60 ready $((port + i)); done
}

replica() { [ "$1" = 0 ] && echo api || echo "api-$(($1 + 1))"; }

# start_api <name> <port> <database>
start_api() {
  start "$1" env \
    ASPNETCORE_URLS="http://127.0.0.1:$2" \
    Db__Url="$3" \
    Auth__OperatorKey="$(cat "$run_dir/api.key")" \
    Chain__RpcUrl="$rpc" \
    Chain__Deployment="$run_dir/deployment.json" \
    Chain__OperatorKey="$(cat "$run_dir/operator.key")" \
    Clock__Source=chain \
    Logging__LogLevel__Default=Warning \
    dotnet "$dotnet_bin/ComputeRwa/release/ComputeRwa.dll"
}

ready() { [ "$(http_status "$1" /health/ready)" = 200 ]; }

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
  local i
  for ((i = 1; i < replicas; i++)); do printf '  another replica   http://127.0.0.1:%s\n' $((port + i)); done
  if $postgres; then printf '  database          %s\n' "$(cat "$run_dir/postgres.connection")"; fi
  $keep && return
  while sleep 1; do
    alive chain >/dev/null || { show_log "$run_dir/logs/chain.log"; die "chain stopped by itself"; }
    somebody_serves || { show_log "$run_dir/logs/api.log"; die "the API stopped by itself"; }
  done
}

# One replica left is enough, so that others can be killed to see what happens.
somebody_serves() {
  local name
  for name in $(apis); do ! alive "$name" >/dev/null || return 0; done
  return 1
}

need_dotnet
take_over
need_node
build_contracts
build_dotnet
rm -rf "$run_dir"/computerwa.db* "$run_dir/deployment.json"
start_chain
start_apis
say "ready; running the demonstration (seed $seed)"
demonstrate
if $once; then audit; fi
say "done"
$once || stay_up
