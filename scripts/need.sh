#!/usr/bin/env bash
# Installs Debian/Ubuntu packages whose programs are missing, where that is permitted (root, or sudo
# without a password). Services that a package would start on its own are kept from starting.
#
#   scripts/need.sh [--optional] PROGRAM[|PROGRAM…]=PACKAGE …
#
# A PROGRAM is a name on PATH or an absolute pattern. With --optional a package that cannot be had is
# one line on stderr; without it, an error.
set -euo pipefail

optional=false
if [ "${1:-}" = --optional ]; then
  optional=true
  shift
fi

present() { # PROGRAM
  case "$1" in
  /*) compgen -G "$1" >/dev/null ;;
  *) command -v "$1" >/dev/null ;;
  esac
}

missing=()
for need in "$@"; do
  found=false
  IFS='|' read -ra programs <<<"${need%%=*}"
  for program in "${programs[@]}"; do
    if present "$program"; then found=true; fi
  done
  $found || missing+=("${need#*=}")
done
[ ${#missing[@]} -gt 0 ] || exit 0

give_up() { # REASON
  echo "missing: ${missing[*]} ($1); install with: sudo apt-get install ${missing[*]}" >&2
  if $optional; then exit 0; fi
  exit 1
}

command -v apt-get >/dev/null || give_up "no apt-get here"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  sudo -n true 2>/dev/null || give_up "installing needs root"
  as_root=(sudo -n)
fi

echo "installing ${missing[*]} …" >&2
# Debian starts a new service at once, on the very ports that the company wants.
policy=/usr/sbin/policy-rc.d
mine=false
if [ ! -e "$policy" ]; then
  mine=true
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod +x "$policy"
fi
clean_up() { if $mine; then "${as_root[@]}" rm -f "$policy"; fi; }
trap clean_up EXIT

quiet() { "$@" >/dev/null; }
quiet "${as_root[@]}" apt-get update -qq || echo "apt-get update failed; trying with the lists that are here" >&2
if ! quiet "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${missing[@]}"; then
  give_up "apt-get could not install them"
fi
# Nor at the next boot: they were not wanted as services of this machine.
if command -v systemctl >/dev/null && [ -d /run/systemd/system ]; then
  for unit in prometheus prometheus-alertmanager postgresql rabbitmq-server; do
    case " ${missing[*]} " in
    *" $unit "*) quiet "${as_root[@]}" systemctl disable "$unit" 2>&1 || true ;;
    esac
  done
fi
