#!/usr/bin/env bash
# A PostgreSQL for tests that are run by hand: export COMPUTERWA_TEST_POSTGRES="$(./scripts/postgres.sh)". `--stop` ends it, and its data.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

case "${1:-}" in
  "") ;;
  --stop) stop_postgres hand-postgres; exit 0 ;;
  *) die "usage: ./scripts/postgres.sh [--stop]" ;;
esac
if ! alive hand-postgres >/dev/null; then
  need_node >&2
  start_postgres hand-postgres >&2 || die "PostgreSQL did not start"
fi
cat "$run_dir/hand-postgres.connection"
