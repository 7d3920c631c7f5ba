#!/usr/bin/env bash
# Makes each service's user in the database, with the passwords that are in Secrets Manager. Needed once,
# and again whenever secrets_version was raised. Running it twice changes nothing.
set -euo pipefail
exec "$(dirname "$0")/run-task.sh" database_setup database-setup
