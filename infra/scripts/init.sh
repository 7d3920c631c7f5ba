#!/usr/bin/env bash
# Sets Terraform up for one environment: where its state is, and the providers.
#
#   STATE_BUCKET=… STATE_KEY_ARN=… [AWS_REGION=eu-central-1] infra/scripts/init.sh ENVIRONMENT
#
# The first two are outputs of infra/bootstrap: state_bucket and state_key_arn.
set -euo pipefail
environment=${1:?"say which environment: infra/scripts/init.sh staging"}
exec "${TERRAFORM:-terraform}" -chdir="$(dirname "$0")/.." init -input=false -reconfigure \
  -backend-config="bucket=${STATE_BUCKET:?is the output state_bucket of infra/bootstrap}" \
  -backend-config="kms_key_id=${STATE_KEY_ARN:?is the output state_key_arn of infra/bootstrap}" \
  -backend-config="key=$environment/firedrill.tfstate" \
  -backend-config="region=${AWS_REGION:-eu-central-1}"
