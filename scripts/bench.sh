#!/usr/bin/env bash
# Measures what docs/benchmarks.md states, on this machine's loopback: `make bench`.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/need.sh wrk=wrk python3=python3 prometheus=prometheus \
  'prometheus-alertmanager|alertmanager=prometheus-alertmanager' chromium=chromium chromedriver=chromium-driver
cargo build --quiet --release --package position-tracker --example publish-positions
exec python3 scripts/bench "$@"
