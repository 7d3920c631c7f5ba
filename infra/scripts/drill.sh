#!/usr/bin/env bash
# Runs a drill against the company in the cloud, as a task within its network, and ends with the drill's own
# exit code: 0 is a pass. The deployment's gate is `infra/scripts/drill.sh surge`.
#
#   infra/scripts/drill.sh SCENARIO
set -euo pipefail

scenario=${1:?"say which scenario: infra/scripts/drill.sh surge"}
overrides=$(jq -cn --arg scenario "$scenario" '{containerOverrides: [{
  name: "loadgen",
  command: ["loadgen", "--scenario", $scenario],
  environment: [{name: "LOADGEN_URL", value: "http://loadgen:8002"}]
}]}')
exec "$(dirname "$0")/run-task.sh" drill loadgen "$overrides"
