#!/usr/bin/env bash
# Deletes the log groups that AWS itself made for an environment, which `terraform destroy` does not know:
# they are the only things that it leaves and that cost.
#
#   infra/scripts/sweep-logs.sh firedrill-staging
set -euo pipefail
name=${1:?"say whose: infra/scripts/sweep-logs.sh firedrill-staging"}
region=${AWS_REGION:-eu-central-1}

# Container Insights, and brokers that are no longer there.
groups=$(aws logs describe-log-groups --region "$region" --log-group-name-prefix "/aws/ecs/containerinsights/$name/" --output json |
  jq -r '.logGroups[].logGroupName')
living=$(aws mq list-brokers --region "$region" --output json | jq -r '.BrokerSummaries[].BrokerId')
brokers=$(aws logs describe-log-groups --region "$region" --log-group-name-prefix /aws/amazonmq/broker/ --output json |
  jq -r '.logGroups[].logGroupName')
while read -r group; do
  id=$(cut -d/ -f5 <<<"$group")
  if [ -n "$group" ] && ! grep -qxF "$id" <<<"$living"; then groups+=$'\n'$group; fi
done <<<"$brokers"

while read -r group; do
  [ -n "$group" ] || continue
  aws logs delete-log-group --region "$region" --log-group-name "$group"
  echo "deleted $group"
done <<<"$groups"
