#!/usr/bin/env bash
# Deletes the log groups that AWS itself made for an environment, which `terraform destroy` does not know:
# they are the only things that it leaves and that cost. Run it after the environment is gone.
#
#   infra/scripts/sweep-logs.sh firedrill-staging BROKER
#
# BROKER is the output broker_id: ask for it before the environment is gone.
set -euo pipefail
name=${1:?"say whose: infra/scripts/sweep-logs.sh firedrill-staging b-1234…"}
broker=${2:?"say which broker it had, the output broker_id: infra/scripts/sweep-logs.sh $name b-1234…"}
region=${AWS_REGION:-eu-central-1}
aws() { command aws logs --region "$region" --output json "$@"; }

# Container Insights and the broker.
for prefix in "/aws/ecs/containerinsights/$name/" "/aws/amazonmq/broker/$broker/"; do
  groups=$(aws describe-log-groups --log-group-name-prefix "$prefix" | jq -r '.logGroups[].logGroupName')
  for group in $groups; do
    aws delete-log-group --log-group-name "$group"
    echo "deleted $group"
  done
done
