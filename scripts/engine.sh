#!/usr/bin/env bash
# Runs a command that wants a Docker engine: with the one that answers, or else, where this is permitted
# (root), with one that is installed, started for the command, and stopped after it. Where neither can be
# had, the command runs all the same, and says what it misses.
#
#   scripts/engine.sh COMMAND …
set -euo pipefail
cd "$(dirname "$0")/.."

answers() { docker version >/dev/null 2>&1; }

wait_for_engine() {
  for _ in $(seq 60); do
    if answers; then return 0; fi
    kill -0 "$engine" 2>/dev/null || return 1
    sleep 0.5
  done
  return 1
}

# Older Debians have another docker-compose under that name, and no docker-buildx.
plugin() { # NAME MAJOR
  if docker "$1" version >/dev/null 2>&1; then return; fi
  if ! apt-cache show "docker-$1" 2>/dev/null | grep -q "^Version: $2\\."; then return; fi
  scripts/need.sh --optional "/usr/libexec/docker/cli-plugins/docker-$1=docker-$1"
}

if ! answers; then
  scripts/need.sh --optional dockerd=docker.io
  plugin compose 2
  plugin buildx 0
fi
if ! answers && [ "$(id -u)" -eq 0 ] && command -v dockerd >/dev/null; then
  log=target/dockerd.log
  mkdir -p target
  dockerd >"$log" 2>&1 &
  engine=$!
  stop_engine() {
    kill "$engine" 2>/dev/null || true
    wait "$engine" || true
  }
  trap stop_engine EXIT
  if wait_for_engine; then
    echo "started a Docker engine for this; it is stopped in the end" >&2
  else
    echo "dockerd did not start; the end of $log:" >&2
    tail -n 5 "$log" >&2
  fi
fi
"$@"
