#!/usr/bin/env bash
# Prints where prometheus is: the machine's, or that of Debian's package, which is unpacked and not installed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[ $# -eq 0 ] || die "usage: ./scripts/prometheus.sh"
find_packaged prometheus || die "prometheus cannot be had: install it, or make apt-get download find its package"
