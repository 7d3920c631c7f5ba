#!/usr/bin/env bash
# Prints where the accessibility checker axe-core is, which the browser tests load into each page. It is
# installed under target/ where it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

version=4.14.1
folder=target/axe-$version
file=$folder/node_modules/axe-core/axe.min.js
if [ ! -e "$file" ]; then
  scripts/need.sh npm=npm
  mkdir -p "$folder"
  npm install --prefix "$folder" --silent --no-audit --no-fund "axe-core@$version" >&2
fi
echo "$PWD/$file"
