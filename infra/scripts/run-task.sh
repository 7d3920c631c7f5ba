#!/usr/bin/env bash
# Runs one task in the cluster to its end, prints its log, and ends with its exit code.
#
#   infra/scripts/run-task.sh PLACE CONTAINER [OVERRIDES]
#
# PLACE is an output of the root module that says where: cluster, subnets, group, task definition, log
# group. OVERRIDES is what ECS calls so, as JSON. The other scripts here are made of this one.
set -euo pipefail
cd "$(dirname "$0")/.."

place=$1
container=$2
overrides=${3:-'{}'}
terraform=${TERRAFORM:-terraform}
patience=${TASK_TIMEOUT:-3600}

settings=$($terraform output -json "$place")
setting() { jq -er --arg key "$1" '.[$key]' <<<"$settings" || { echo "run-task: $place has no $1: is it applied, and does the service run?" >&2; exit 2; }; }

region=$(setting region)
cluster=$(setting cluster)
group=$(setting security_group)
definition=$(setting task_definition)
log_group=$(setting log_group)
provider=$(setting capacity_provider)
subnets=$(jq -er '.subnets | join(",")' <<<"$settings")

started=$(aws ecs run-task --region "$region" --cluster "$cluster" --task-definition "$definition" \
  --capacity-provider-strategy "capacityProvider=$provider,weight=1" \
  --network-configuration "awsvpcConfiguration={subnets=[$subnets],securityGroups=[$group],assignPublicIp=DISABLED}" \
  --overrides "$overrides" --output json)
task=$(jq -r '.tasks[0].taskArn // empty' <<<"$started")
if [ -z "$task" ]; then
  echo "run-task: ECS did not take the task: $(jq -c .failures <<<"$started")" >&2
  exit 2
fi
id=${task##*/}
echo "task $id of $definition" >&2

# Ctrl-C must not leave a drill running that nobody watches.
stop() { aws ecs stop-task --region "$region" --cluster "$cluster" --task "$task" --reason "interrupted" >/dev/null || true; }
trap 'stop; exit 130' INT TERM

deadline=$((SECONDS + patience))
while :; do
  described=$(aws ecs describe-tasks --region "$region" --cluster "$cluster" --tasks "$task" --output json)
  [ "$(jq -r '.tasks[0].lastStatus // "STOPPED"' <<<"$described")" != STOPPED ] || break
  if [ "$SECONDS" -ge "$deadline" ]; then
    stop
    echo "run-task: not ended after $patience s; stopped" >&2
    exit 2
  fi
  sleep "${TASK_POLL:-5}"
done

aws logs get-log-events --region "$region" --log-group-name "$log_group" --start-from-head \
  --log-stream-name "$container/$container/$id" --output json 2>/dev/null | jq -r '.events[].message' || true

code=$(jq -r --arg name "$container" '.tasks[0].containers[] | select(.name == $name) | .exitCode // empty' <<<"$described")
if [ -z "$code" ]; then
  echo "run-task: it never ran: $(jq -r '.tasks[0].stoppedReason // "no reason given"' <<<"$described")" >&2
  exit 2
fi
exit "$code"
