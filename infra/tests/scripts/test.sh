#!/usr/bin/env bash
# Runs the scripts of infra/scripts against programs `aws` and `terraform` that are made up here: what they
# ask for, what they make of the answers, their exit codes, and that nothing is left behind.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
scripts=$here/../../scripts
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

export PATH="$here/bin:$PATH" TERRAFORM=made-up-terraform MADE_UP="$work" TASK_POLL=0 WAIT_POLL=0

# expect CODE WORDS COMMAND…: its exit code, and words of its output.
expect() {
  local code=$1 words=$2 said got=0
  shift 2
  said=$("$@" 2>&1) || got=$?
  if [ "$got" != "$code" ] || ! grep -qF -- "$words" <<<"$said"; then
    printf 'not ok: %s\n  expected %s and "%s", got %s:\n%s\n' "$*" "$code" "$words" "$got" "$said" >&2
    failures=$((failures + 1))
  else
    echo "ok: ${1##*/} ${*:2}: $words"
  fi
  got=0
}

# asked WORDS: the made-up AWS was asked for it.
asked() {
  grep -qF -- "$1" "$work/asked" || { echo "not ok: nobody asked for: $1" >&2; failures=$((failures + 1)); }
}

fresh() { # NAME=VALUE…: a new world
  rm -rf "${work:?}"/*
  touch "$work/asked"
  unset EXIT_CODE MINUTES_BEHIND RESTORED_SIZE NO_TASK COPY_EXISTS NO_BACKUP ROLLOUT RUNS WAIT_MINUTES
  local setting
  for setting in "$@"; do export "${setting?}"; done
}

fresh EXIT_CODE=0
expect 0 "a line of the log" "$scripts/drill.sh" surge
asked '"command":["loadgen","--scenario","surge"]'
asked 'assignPublicIp=DISABLED'

fresh EXIT_CODE=20
expect 20 "a line of the log" "$scripts/drill.sh" surge
fresh
expect 1 "say which scenario" "$scripts/drill.sh"
fresh NO_TASK=1
expect 2 "ECS did not take the task" "$scripts/setup-database.sh"
fresh EXIT_CODE=
expect 2 "it never ran: no memory left" "$scripts/setup-database.sh"
fresh EXIT_CODE=0
expect 0 "a line of the log" "$scripts/setup-database.sh"

fresh MINUTES_BEHIND=4
expect 0 "data of the last 4 min lost" "$scripts/restore-drill.sh"
asked "restore-db-instance-to-point-in-time"
asked "delete-db-instance --db-instance-identifier firedrill-test-restore-drill"
fresh MINUTES_BEHIND=25
expect 1 "too much would be lost" "$scripts/restore-drill.sh"
asked "delete-db-instance --db-instance-identifier firedrill-test-restore-drill"
fresh MINUTES_BEHIND=4 RESTORED_SIZE=20
expect 1 "AllocatedStorage was 50 and is 20" "$scripts/restore-drill.sh"
asked "delete-db-instance"
fresh COPY_EXISTS=1
expect 2 "is there already" "$scripts/restore-drill.sh"
if grep -q delete-db-instance "$work/asked"; then
  echo "not ok: somebody else's copy was deleted" >&2
  failures=$((failures + 1))
fi
fresh MINUTES_BEHIND=600
expect 0 "backup: restored in" "$scripts/restore-drill.sh" backup
asked "restore-db-instance-from-db-snapshot --db-snapshot-identifier arn:aws:rds:eu-central-1:123456789012:snapshot:newest"
fresh NO_BACKUP=1
expect 1 "holds no finished backup" "$scripts/restore-drill.sh" backup
fresh
expect 2 "no way to restore" "$scripts/restore-drill.sh" tape

fresh
expect 0 "12 services run what was applied" "$scripts/wait-for-services.sh"
fresh ROLLOUT=FAILED
expect 1 "taken back" "$scripts/wait-for-services.sh"
fresh ROLLOUT=IN_PROGRESS WAIT_MINUTES=0
expect 1 "not there yet" "$scripts/wait-for-services.sh"
fresh RUNS=6
expect 1 "service-1 was taken back: it runs firedrill-test-x:6, and firedrill-test-x:7 was applied" "$scripts/wait-for-services.sh"
fresh
expect 0 "deleted /aws/amazonmq/broker/b-1/general" "$scripts/sweep-logs.sh" firedrill-test b-1
asked "delete-log-group --log-group-name /aws/ecs/containerinsights/firedrill-test/performance"
fresh
expect 1 "say which broker" "$scripts/sweep-logs.sh" firedrill-test

if [ "$failures" -gt 0 ]; then
  echo "$failures failed" >&2
  exit 1
fi
