#!/usr/bin/env bash
# Runs a Python program of the tests in a virtual environment of the project's own, under target/.
#
#   scripts/python.sh PACKAGE==VERSION PROGRAM [ARGUMENT …]
set -euo pipefail
cd "$(dirname "$0")/.."

package=$1
program=$2
shift 2
venv=target/venv-${package//[^A-Za-z0-9.]/-}
if [ ! -x "$venv/bin/$program" ]; then
  rm -rf "$venv"
  # Debian keeps a part of `venv` in a package of its own.
  python3 -c 'import ensurepip' 2>/dev/null || scripts/need.sh no-ensurepip=python3-venv
  python3 -m venv "$venv" >&2
  "$venv/bin/pip" install --quiet --disable-pip-version-check "$package" >&2
fi
exec "$venv/bin/$program" "$@"
