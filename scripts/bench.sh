#!/usr/bin/env bash
# Measures what the product has a budget for, as far as it exists: ./scripts/bench.sh [full | chain | [full] telemetry]
# Gas is measured by scripts/gas.mjs, which the tests run.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source scripts/victoria-metrics.sh

need_dotnet
need_node
use_secp256k1
case " $* " in *" telemetry "*) ;; *) build_contracts ;; esac
say "building"
benchmarks="$dotnet_bin/ComputeRwa.Benchmarks/release"
case " $* " in
  *" chain "*)
    quietly "$run_dir/logs/publish.log" publish src/ComputeRwa "$run_dir/bench-api" || die "the API cannot be published"
    export COMPUTERWA_API="$run_dir/bench-api/ComputeRwa.dll" benchmarks="$run_dir/bench"
    quietly "$run_dir/logs/publish.log" publish tests/ComputeRwa.Benchmarks "$benchmarks" || die "the benchmarks do not build" ;;
  *) quietly "$run_dir/logs/build.log" dotnet build tests/ComputeRwa.Benchmarks -c Release -v q --nologo || die "the benchmarks do not build" ;;
esac
case " $* " in *" chain "* | *" telemetry "*)
  trap 'stop_postgres bench-postgres; stop_victoria bench-victoria' EXIT
  start_postgres bench-postgres || die "PostgreSQL did not start"
  COMPUTERWA_TEST_POSTGRES=$(cat "$run_dir/bench-postgres.connection"); export COMPUTERWA_TEST_POSTGRES ;;
esac
case " $* " in *" telemetry "*)
  start_victoria bench-victoria || die "VictoriaMetrics did not start"
  COMPUTERWA_VICTORIA=$(cat "$run_dir/bench-victoria.address"); export COMPUTERWA_VICTORIA ;;
esac
dotnet "$benchmarks/ComputeRwa.Benchmarks.dll" "$@"
case " $* " in *" chain "* | *" telemetry "*) ;; *) node scripts/gas.mjs ;; esac
