#!/usr/bin/env bash
# Audits a whole history from the chain and the published files, trusting neither the API nor its database.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TXT'
usage: ./scripts/verify.sh                                            audits what ./scripts/run.sh has up
       ./scripts/verify.sh chain --rpc URL --deployment FILE --files FOLDER [--evidence FOLDER]
       ./scripts/verify.sh epoch --file FILE --evidence FILE [--previous FILE]
Options are those of computerwa-verify: docs/verify.md. Ends with 0 when everything passes, 1 when something does not, 2 when it could not be checked.
environment, without options: COMPUTERWA_PORT (API, 5080) · COMPUTERWA_RPC_PORT (chain, 8545) · COMPUTERWA_DEPLOYMENT (.run/deployment.json)
TXT
}

case "${1:-}" in
  -h | --help) usage; exit 0 ;;
  "") set -- chain --rpc "http://127.0.0.1:${COMPUTERWA_RPC_PORT:-8545}" --deployment "${COMPUTERWA_DEPLOYMENT:-$run_dir/deployment.json}" --api "http://127.0.0.1:${COMPUTERWA_PORT:-5080}" ;;
esac

need_dotnet
build_verify
exec dotnet "$verify_dll" "$@"
