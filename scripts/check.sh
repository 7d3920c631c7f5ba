#!/usr/bin/env bash
# Everything that can be said without running the company: `make check`.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/need.sh \
  promtool=prometheus \
  'prometheus-alertmanager|alertmanager=prometheus-alertmanager' \
  shellcheck=shellcheck

step() { printf '\n== %s\n' "$1"; }

step "format"
cargo fmt --all --check
step "clippy"
cargo clippy --workspace --all-targets --quiet -- -D warnings
step "documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet
step "rules, with promtool and amtool"
scripts/check-rules.sh
step "dashboards, and that their checks find what they are for"
python3 scripts/dashboards.py
python3 -m unittest discover --quiet -s scripts/dashboards -t scripts
step "the image's Rust is the project's"
grep -qx "ARG RUST=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)" Dockerfile
step "shell scripts"
git ls-files -z --cached --others --exclude-standard '*.sh' .ci/run | xargs -0 shellcheck
if cargo deny --version >/dev/null 2>&1; then
  step "licences and bans"
  cargo deny check bans licenses sources
fi
echo "all checks passed"
