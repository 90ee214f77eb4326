#!/usr/bin/env bash
# Signs with the development chain's public accounts; refuses any other chain. Usage: see sign.mjs, or run it without arguments.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need_node >&2
exec node scripts/sign.mjs "$@"
