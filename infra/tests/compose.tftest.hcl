# Task definitions say what compose.yaml says: the same commands, ports, settings and secrets. Run with
# -var-file=staging.tfvars.

mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  image_repository = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/firedrill"
  image_tag        = "1.0.0"
}

run "the_same_as_compose" {
  command = plan

  assert {
    condition     = toset([for name, service in yamldecode(file("../compose.yaml")).services : name if startswith(service.image, "firedrill:") && name != "monitoring-config"]) == toset(keys(output.services))
    error_message = "The same services run."
  }
  assert {
    condition = jsonencode({ for name in keys(output.services) : name => [
      for word in yamldecode(file("../compose.yaml")).services[name].command : replace(word, "/\\$\\{[A-Z_]+:-([^}]*)\\}/", "$1")
    ] }) == jsonencode({ for name, service in output.services : name => service.command })
    error_message = "With the same commands."
  }
  # What browsers see, and how long the Watchdog may stay away at the speed, differ; secrets are files there.
  assert {
    condition = jsonencode({ for name in keys(output.services) : name => {
      for key, value in yamldecode(file("../compose.yaml")).services[name].environment : key => replace(tostring(value), "/\\$\\{[A-Z_]+:-([^}]*)\\}/", "$1")
      if !endswith(key, "_FILE") && !contains(["JAEGER_URL", "GRAFANA_URL", "PROMETHEUS_URL", "DEADMAN_LIMIT"], key)
      } }) == jsonencode({ for name, service in output.services : name => {
      for key, value in service.environment : key => value if !contains(["JAEGER_URL", "GRAFANA_URL", "PROMETHEUS_URL", "DEADMAN_LIMIT"], key)
    } })
    error_message = "With the same settings."
  }
  assert {
    condition = jsonencode({ for name in keys(output.services) : name => sort([
      for key in keys(yamldecode(file("../compose.yaml")).services[name].environment) : trimsuffix(key, "_FILE") if endswith(key, "_FILE")
    ]) }) == jsonencode({ for name, service in output.services : name => sort([for secret in service.secrets : secret if secret != "DRILLS_TOKEN"]) })
    error_message = "With the same secrets; the token for drills by HTTP is the cloud's alone."
  }
  assert {
    condition = jsonencode({ for name in keys(output.services) : name => [
      for port in try(yamldecode(file("../compose.yaml")).services[name].ports, []) : tonumber(reverse(split(":", port))[0])
    ] }) == jsonencode({ for name, service in output.services : name => [for use, port in service.ports : port if use != "telemetry"] })
    error_message = "On the same ports."
  }
}
