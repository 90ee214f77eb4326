#!/usr/bin/env bash
# Measures what the product has a budget for, as far as it exists: ./scripts/bench.sh [full] [chain | telemetry]
# Gas is measured by scripts/gas.mjs, which the tests run.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source scripts/victoria-metrics.sh

need_dotnet
need_node
case " $* " in *" telemetry "*) ;; *) build_contracts ;; esac
say "building"
quietly "$run_dir/logs/build.log" dotnet build tests/ComputeRwa.Benchmarks -c Release -v q --nologo || die "the benchmarks do not build"
case " $* " in *" chain "*)
  quietly "$run_dir/logs/publish.log" publish_api "$run_dir/bench-api" || die "the API cannot be published"
  export COMPUTERWA_API="$run_dir/bench-api/ComputeRwa.dll" ;;
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
dotnet "$dotnet_bin/ComputeRwa.Benchmarks/release/ComputeRwa.Benchmarks.dll" "$@"
case " $* " in *" chain "* | *" telemetry "*) ;; *) node scripts/gas.mjs ;; esac
