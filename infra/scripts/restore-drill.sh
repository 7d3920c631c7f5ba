#!/usr/bin/env bash
# Proves that the database can be brought back, and how long it takes: restores it to the newest moment
# that there is, beside the one that runs, waits until it is available, compares, and deletes it again.
#
#   infra/scripts/restore-drill.sh            to the newest point in time
#   infra/scripts/restore-drill.sh backup     from the newest backup in the vault
#
# Ends with 0 when it was restored within RTO_MINUTES (60) and the data lost would be at most RPO_MINUTES
# (10; 1500 from a backup), 1 when not. Costs an hour of a second database.
set -euo pipefail
cd "$(dirname "$0")/.."

way=${1:-point-in-time}
terraform=${TERRAFORM:-terraform}
rto=${RTO_MINUTES:-60}

case $way in
point-in-time) rpo=${RPO_MINUTES:-10} ;;
backup) rpo=${RPO_MINUTES:-1500} ;;
*)
  echo "restore-drill: '$way' is no way to restore: say nothing, or backup" >&2
  exit 2
  ;;
esac

settings=$($terraform output -json restore)
setting() { jq -er --arg key "$1" '.[$key]' <<<"$settings"; }
region=$(setting region)
database=$(setting database)
copy=$database-restore-drill
aws() { command aws --region "$region" --output json "$@"; }

exists() { aws rds describe-db-instances --db-instance-identifier "$copy" >/dev/null 2>&1; }
if exists; then
  echo "restore-drill: $copy is there already: another drill runs, or one was cut off. Delete it first." >&2
  exit 2
fi

# Whatever happens, nothing is left that costs.
clean_up() {
  exists || return 0
  echo "deleting $copy" >&2
  # One that is still being made cannot be deleted yet.
  aws rds wait db-instance-available --db-instance-identifier "$copy" 2>/dev/null || true
  aws rds delete-db-instance --db-instance-identifier "$copy" --skip-final-snapshot --delete-automated-backups >/dev/null
}
trap clean_up EXIT
trap 'exit 130' INT TERM

original=$(aws rds describe-db-instances --db-instance-identifier "$database" | jq -e '.DBInstances[0]')
place=(
  --db-instance-class "$(jq -er .DBInstanceClass <<<"$original")"
  --db-subnet-group-name "$(setting subnet_group)"
  --vpc-security-group-ids "$(setting security_group)"
  --db-parameter-group-name "$(setting parameter_group)"
  --no-publicly-accessible --no-multi-az --no-deletion-protection
)

started=$(date +%s)
if [ "$way" = point-in-time ]; then
  moment=$(jq -er .LatestRestorableTime <<<"$original")
  aws rds restore-db-instance-to-point-in-time --source-db-instance-identifier "$database" \
    --target-db-instance-identifier "$copy" --use-latest-restorable-time "${place[@]}" >/dev/null
else
  point=$(aws backup list-recovery-points-by-backup-vault --backup-vault-name "$(setting vault)" \
    --by-resource-arn "$(setting database_arn)" |
    jq -e '[.RecoveryPoints[] | select(.Status == "COMPLETED")] | max_by(.CreationDate)') ||
    { echo "restore-drill: the vault holds no finished backup of $database" >&2; exit 1; }
  moment=$(jq -er .CreationDate <<<"$point")
  # A backup of a database is a snapshot of RDS, by its ARN.
  aws rds restore-db-instance-from-db-snapshot --db-snapshot-identifier "$(jq -er .RecoveryPointArn <<<"$point")" \
    --db-instance-identifier "$copy" "${place[@]}" >/dev/null
fi
lost=$(((started - $(date -d "$moment" +%s)) / 60))

aws rds wait db-instance-available --db-instance-identifier "$copy"
took=$((($(date +%s) - started + 59) / 60))

# What came back must be what went in.
restored=$(aws rds describe-db-instances --db-instance-identifier "$copy" | jq -e '.DBInstances[0]')
failed=false
compare() { # WHAT
  local before after
  before=$(jq -r ".$1" <<<"$original")
  after=$(jq -r ".$1" <<<"$restored")
  if [ "$before" != "$after" ]; then
    echo "restore-drill: $1 was $before and is $after" >&2
    failed=true
  fi
}
for what in Engine EngineVersion DBName AllocatedStorage StorageEncrypted KmsKeyId MasterUsername; do compare "$what"; done

printf '%s: restored in %s min (objective %s), data of the last %s min lost (objective %s)\n' "$way" "$took" "$rto" "$lost" "$rpo"
if [ "$took" -gt "$rto" ]; then
  echo "restore-drill: too slow" >&2
  failed=true
fi
if [ "$lost" -gt "$rpo" ]; then
  echo "restore-drill: too much would be lost" >&2
  failed=true
fi
if $failed; then exit 1; fi
