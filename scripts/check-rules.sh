#!/usr/bin/env bash
# Proves the alerting rules and the monitoring's configuration at both speeds, with promtool and amtool.
#
#   scripts/check-rules.sh [FIREDRILL]      FIREDRILL: the program to generate with; built when not given
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -gt 0 ]; then
  firedrill=("$1")
else
  firedrill=(cargo run --quiet --package firedrill --)
fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# Prints what a tool says only when it fails, or warns.
run() {
  local said
  if ! said=$("$@" 2>&1) || grep -q WARNING <<<"$said"; then
    printf '%s\n%s\n' "failed: $*" "$said" >&2
    return 1
  fi
}

for speed in stock demo; do
  dir=$out/$speed
  # With what compose.yaml scrapes beside the company.
  "${firedrill[@]}" rules --speed "$speed" --out "$dir" --scrape compose/prometheus/scrape.yml
  run promtool check config "$dir/prometheus.yml"
  run promtool check rules "$dir"/rules/*.yml
  run amtool check-config "$dir/alertmanager.yml"
  # The tests name their rules relative to themselves: beside the generated rules they test those.
  cp -r prometheus/rules/tests "$dir/rules/"
done
run promtool test rules "$out"/stock/rules/tests/*.yml
run promtool test rules "$out"/demo/rules/tests/demo/*.yml

# Prometheus 3 leaves the left edge of a window out. One millisecond less is the same to these tests:
# they must hold there too.
less_a_millisecond() {
  perl -pe 's{\[(\d+)(ms|s|m|h)\]}{"[" . ($1 * {ms => 1, s => 1e3, m => 6e4, h => 36e5}->{$2} - 1) . "ms]"}ge' -i "$@"
}
less_a_millisecond "$out"/{stock,demo}/rules/*.yml
run promtool test rules "$out"/stock/rules/tests/*.yml
run promtool test rules "$out"/demo/rules/tests/demo/*.yml
echo "$(cat prometheus/rules/*.yml | grep -c 'alert:') alerts hold at both speeds"
