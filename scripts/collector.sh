#!/usr/bin/env bash
# Prints where a collector of metrics is, prometheus or vmagent: the machine's, or that of Debian's package, which is unpacked and not installed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
case "$*" in
  prometheus) package=prometheus ;;
  vmagent) package=victoria-metrics ;;
  *) die "usage: ./scripts/collector.sh prometheus | vmagent" ;;
esac
find_packaged "$1" "$package" || die "$1 cannot be had: install it, or make apt-get download find the package $package"
