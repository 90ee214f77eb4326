#!/usr/bin/env bash
# A VictoriaMetrics to compare with, from Debian's package, unpacked into cache/: ./scripts/victoria-metrics.sh prints where it answers and
# where its data lie; `--stop` ends it, and its data. Sourced after lib.sh it only defines start_victoria and stop_victoria.

# find_victoria: prints the program's path.
find_victoria() {
  local folder="$root/cache/victoria-metrics" found
  found=$(type -P victoria-metrics) && { echo "$found"; return 0; }
  [ -x "$folder/usr/bin/victoria-metrics" ] || {
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || { echo "VictoriaMetrics cannot be had: this machine has no apt-get" >&2; return 1; }
    mkdir -p "$folder"
    (cd "$folder" && quietly "$run_dir/logs/victoria-metrics-package.log" apt-get download victoria-metrics && dpkg-deb -x victoria-metrics_*.deb . && rm -f victoria-metrics_*.deb) || return
  }
  echo "$folder/usr/bin/victoria-metrics"
}

# start_victoria <name> [option…]: on a free port of 127.0.0.1, with data in a temporary folder; both are kept in .run/<name>.address.
start_victoria() {
  local name=$1 home port program
  shift
  stop_victoria "$name"
  program=$(find_victoria) || return
  home=$(mktemp -d "${TMPDIR:-/tmp}/computerwa-victoria.XXXXXX") || return
  mkdir -p "$run_dir"
  echo "$home" >"$run_dir/$name.home"
  port=$((20000 + RANDOM % 20000))
  while listening "$port"; do port=$((port + 1)); done
  start "$name" "$program" -httpListenAddr="127.0.0.1:$port" -storageDataPath="$home" -retentionPeriod=12 -search.disableCache "$@"
  (wait_for "$name" 30 listening "$port") || return
  echo "http://127.0.0.1:$port $home" >"$run_dir/$name.address"
}

stop_victoria() {
  stop "$1" INT
  local home; home=$(cat "$run_dir/$1.home" 2>/dev/null) || return 0
  [ -z "$home" ] || rm -rf "$home"
  rm -f "$run_dir/$1.home" "$run_dir/$1.address"
}

[ "${BASH_SOURCE[0]}" = "$0" ] || return 0

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
case "${1:-}" in
  "") ;;
  --stop) stop_victoria hand-victoria; exit 0 ;;
  *) die "usage: ./scripts/victoria-metrics.sh [--stop]" ;;
esac
alive hand-victoria >/dev/null || start_victoria hand-victoria >&2 || die "VictoriaMetrics did not start"
cat "$run_dir/hand-victoria.address"
