#!/usr/bin/env bash
# Waits until every service runs the version that was applied, and ends with 1 when the cluster has taken
# one back, or cannot get there in WAIT_MINUTES (30).
set -euo pipefail
cd "$(dirname "$0")/.."

settings=$("${TERRAFORM:-terraform}" output -json drill)
region=$(jq -er .region <<<"$settings")
cluster=$(jq -er .cluster <<<"$settings")
ecs() { aws ecs --region "$region" --output json "$@"; }

mapfile -t services < <(ecs list-services --cluster "$cluster" | jq -r '.serviceArns[]')
if [ ${#services[@]} -eq 0 ]; then
  echo "no service runs in $cluster" >&2
  exit 1
fi

# Ten at a time is what AWS answers for.
states() {
  local i
  for ((i = 0; i < ${#services[@]}; i += 10)); do
    ecs describe-services --cluster "$cluster" --services "${services[@]:i:10}"
  done | jq -rs '.[].services[] | .serviceName as $name | .deployments[] | select(.status == "PRIMARY")
    | "\(.rolloutState // "COMPLETED") \($name) \(.rolloutStateReason // "")"'
}

deadline=$((SECONDS + ${WAIT_MINUTES:-30} * 60))
while :; do
  now=$(states)
  if grep '^FAILED' <<<"$now" >&2; then
    echo "taken back" >&2
    exit 1
  fi
  grep -q '^IN_PROGRESS' <<<"$now" || break
  if [ "$SECONDS" -ge "$deadline" ]; then
    grep '^IN_PROGRESS' <<<"$now" >&2
    echo "not there yet" >&2
    exit 1
  fi
  sleep "${WAIT_POLL:-15}"
done

# One that was taken back is COMPLETED again, with the version before.
for service in "${services[@]}"; do
  running=$(ecs describe-services --cluster "$cluster" --services "$service" | jq -r '.services[0].taskDefinition')
  newest=$(ecs list-task-definitions --family-prefix "$(basename "${running%:*}")" --sort DESC --max-items 1 | jq -r '.taskDefinitionArns[0]')
  if [ "$running" != "$newest" ]; then
    echo "${service##*/} was taken back: it runs ${running##*/}, and ${newest##*/} was applied" >&2
    exit 1
  fi
done
echo "${#services[@]} services run what was applied"
