#!/usr/bin/env bash
# Installs what the tests need, then runs them: `make test`. With ALL=1 those too that mostly repeat
# others (.config/nextest.toml says which): `make test-all`.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/need.sh \
  prometheus=prometheus \
  'prometheus-alertmanager|alertmanager=prometheus-alertmanager' \
  '/usr/lib/postgresql/*/bin/initdb=postgresql' \
  /usr/lib/rabbitmq/bin/rabbitmq-server=rabbitmq-server \
  chromium=chromium \
  chromedriver=chromium-driver \
  python3=python3

# Once, before the tests that run them side by side.
scripts/python.sh schemathesis==4.32.5 schemathesis --version >&2
scripts/axe.sh >&2

if cargo nextest --version >/dev/null 2>&1; then
  cargo nextest run --workspace --profile "$([ -n "${ALL:-}" ] && echo all || echo default)" "$@"
else
  cargo test --workspace "$@"
fi
cargo test --workspace --doc --quiet
