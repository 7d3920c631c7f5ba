# The small shape, from staging.tfvars, and its optional parts. Run with -var-file=staging.tfvars.

mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  image_repository = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/firedrill"
  image_tag        = "1.0.0"
}

run "staging" {
  command = plan

  assert {
    condition     = toset(keys(module.service)) == toset(["ui", "pizza-service", "position-tracker", "position-simulator", "pokedex-api", "loadgen"])
    error_message = "All six services run."
  }
  assert {
    condition     = alltrue([for name, service in output.services : service.image == "123456789012.dkr.ecr.eu-central-1.amazonaws.com/firedrill:1.0.0"])
    error_message = "All of them are of one image and version."
  }
  assert {
    condition = { for name, service in output.services : name => values(service.ports) } == {
      ui                 = [8000, 9110], pizza-service = [8001, 9111], position-tracker = [8080, 9112],
      position-simulator = [9113], pokedex-api = [5000, 8689], loadgen = [8002, 9114],
    }
    error_message = "Ports are those of the design."
  }
  assert {
    condition     = output.services["pizza-service"].environment["MAX_ACTIVE_REQUESTS"] == "200"
    error_message = "pizza-service has a limit that a drill can reach."
  }
  assert {
    condition = alltrue([for name, service in module.service : alltrue([for container in jsondecode(service.container_definitions) :
      container.name == name && jsonencode(container.command) == jsonencode(output.services[name].command)
      && jsonencode({ for variable in container.environment : variable.name => variable.value if contains(keys(output.services[name].environment), variable.name) }) == jsonencode(output.services[name].environment)
      && toset([for port in container.portMappings : port.containerPort]) == toset(values(output.services[name].ports))
    ])])
    error_message = "Task definitions are valid JSON and say what the table of services says."
  }
  assert {
    condition = alltrue([for name, service in module.service : alltrue([for container in jsondecode(service.container_definitions) :
      container.user != "0" && container.readonlyRootFilesystem && !container.privileged
    ])])
    error_message = "No service runs as root or writes its own files."
  }
  assert {
    condition = alltrue([for name, service in module.service : alltrue([for container in jsondecode(service.container_definitions) :
      toset([for secret in container.secrets : secret.name]) == toset(output.services[name].secrets)
    ])])
    error_message = "Each service gets its secrets, and no others."
  }
  assert {
    condition = alltrue([for name, definitions in module.observability.container_definitions : alltrue([for container in jsondecode(definitions) :
      !container.privileged && container.readonlyRootFilesystem && (container.user != "0" || name == "cadvisor")
    ])])
    error_message = "Nor do the monitors, but cAdvisor, which reads what only root may."
  }

  # Who reaches what.
  assert {
    condition = alltrue([for rule in concat(values(aws_vpc_security_group_ingress_rule.connection), values(aws_vpc_security_group_egress_rule.connection)) :
      rule.cidr_ipv4 == null && rule.cidr_ipv6 == null && rule.prefix_list_id == null && rule.referenced_security_group_id != null && rule.from_port == rule.to_port
    ])
    error_message = "Every connection is one port between two groups; none is open to an address."
  }
  assert {
    condition = toset([for rule in output.boundary : "${rule.to} ${rule.port}" if rule.from == "balancer"]) == toset([
      "ui 8000", "pizza-service 8001", "position-tracker 8080", "pokedex-api 5000", "grafana 3000", "prometheus 9090", "jaeger 16686",
    ])
    error_message = "From the internet, by the balancer, these ports are reached and no others: no telemetry port, no loadgen, no Alertmanager, no database."
  }
  assert {
    condition     = toset([for rule in output.boundary : rule.from if contains([9110, 9111, 9112, 9113, 8689, 9114], rule.port)]) == toset(["prometheus", "loadgen"])
    error_message = "Telemetry ports, where faults are made, are reached by Prometheus and loadgen only."
  }
  assert {
    condition = toset([for rule in output.boundary : rule.from if rule.to == "database"]) == toset([
      "pizza-service", "position-tracker", "position-simulator", "pokedex-api", "database-setup",
    ])
    error_message = "The database is reached by the services that have a schema in it, and by the task that makes their users."
  }
  assert {
    condition     = toset([for rule in output.boundary : rule.from if rule.to == "queue"]) == toset(["pizza-service", "position-tracker", "position-simulator"])
    error_message = "The queue is reached by the three services that use it."
  }
  assert {
    condition     = toset([for rule in output.boundary : rule.from if contains([9100, 8088], rule.port)]) == toset(["prometheus"])
    error_message = "Exporters on the machines are reached by Prometheus only."
  }
  assert {
    condition     = toset(keys(aws_vpc_security_group_egress_rule.aws)) == toset(["prometheus", "alertmanager", "grafana", "jaeger"])
    error_message = "Monitors reach AWS; services reach nothing outside at all."
  }

  # Optional parts.
  assert {
    condition     = length(module.bastion) == 0 && !contains(keys(output.boundary), "bastion to database, 5432")
    error_message = "There is no bastion unless it is asked for."
  }
  assert {
    condition     = output.user_pool_id != null
    error_message = "People sign in by a user pool of the environment's own."
  }
  assert {
    condition     = aws_kms_key.this.enable_key_rotation
    error_message = "The key changes by itself."
  }
  assert {
    condition     = toset(flatten([for statement in data.aws_iam_policy_document.key.statement : [for action in statement.actions : action if endswith(action, ":*") || action == "*"]])) == toset([])
    error_message = "Nobody may do everything with the key."
  }

  # The monitoring's configuration, as rendered.
  assert {
    condition = toset(flatten([for job in yamldecode(module.observability.config["prometheus/prometheus.yml"]).scrape_configs : [
      for discovery in job.dns_sd_configs : discovery.names] if job.job_name == "firedrill"
    ])) == toset([for name in keys(output.services) : "${name}.firedrill-staging.internal"])
    error_message = "Prometheus looks for every service, in discovery."
  }
  assert {
    condition     = toset([for job in yamldecode(module.observability.config["prometheus/prometheus.yml"]).scrape_configs : job.job_name]) == toset(["firedrill", "prometheus", "alertmanager", "cadvisor", "node"])
    error_message = "Prometheus also asks itself, Alertmanager and the machines."
  }
  assert {
    condition     = !strcontains(module.observability.config["prometheus/prometheus.yml"], "file_sd") && !strcontains(module.observability.config["prometheus/prometheus.yml"], "remote_write")
    error_message = "Nothing is left of the files of targets, and nothing is written elsewhere unless it is asked for."
  }
  assert {
    condition     = toset([for receiver in yamldecode(module.observability.config["alertmanager/alertmanager.yml"]).receivers : receiver.name]) == toset(["page", "ticket", "watchdog", "page-sns", "ticket-sns", "watchdog-sns"])
    error_message = "Each receiver has a twin that tells people."
  }
  assert {
    condition     = !strcontains(module.observability.config["alertmanager/alertmanager.yml"], "127.0.0.1") && strcontains(module.observability.config["alertmanager/alertmanager.yml"], "http://loadgen:8002/alerts/webhook")
    error_message = "Webhooks go to loadgen."
  }
  assert {
    condition     = join(" ", [for route in yamldecode(module.observability.config["alertmanager/alertmanager.yml"]).route.routes : route.receiver]) == "watchdog watchdog-sns page page-sns ticket ticket-sns"
    error_message = "Each twin's route follows its own, so that both are told."
  }
}

run "first_apply" {
  command = plan

  variables {
    services = []
  }

  assert {
    condition     = length(module.service) == 0 && output.services == {} && output.drill.task_definition == null
    error_message = "The first apply runs no service."
  }
  assert {
    condition     = output.database_setup.task_definition != null && contains(keys(output.boundary), "database-setup to database, 5432")
    error_message = "It has all that it takes to make the users of the database."
  }
}

run "with_everything_optional" {
  command = plan

  variables {
    bastion            = true
    managed_prometheus = true
    faults             = false
    image_tags         = { pizza-service = "1.0.1" }
    services           = ["pizza-service", "pokedex-api"]
    endpoints          = ["s3", "ecr.api"]
    allowed_cidrs      = ["203.0.113.0/24"]
    oidc = {
      issuer                 = "https://id.example.com"
      authorization_endpoint = "https://id.example.com/authorize"
      token_endpoint         = "https://id.example.com/token"
      user_info_endpoint     = "https://id.example.com/userinfo"
      client_id              = "firedrill"
      client_secret          = "not-a-secret"
    }
  }

  assert {
    condition     = contains(keys(output.boundary), "bastion to database, 5432") && output.bastion != null
    error_message = "The bastion reaches the database."
  }
  assert {
    condition     = strcontains(module.observability.config["prometheus/prometheus.yml"], "remote_write")
    error_message = "Samples are written to the managed workspace as well."
  }
  assert {
    condition     = alltrue([for service in output.services : service.image != null]) && endswith(output.services["pizza-service"].image, ":1.0.1") && endswith(output.services["pokedex-api"].image, ":1.0.0")
    error_message = "One service is updated by itself."
  }
  assert {
    condition = alltrue([for name, service in module.service : alltrue([for container in jsondecode(service.container_definitions) :
      !contains([for secret in container.secrets : secret.name], "FAULTS_TOKEN")
    ])])
    error_message = "Without faults no service has a token, so none can be broken."
  }
  assert {
    condition     = toset(keys(output.services)) == toset(["pizza-service", "pokedex-api"]) && !anytrue([for rule in output.boundary : rule.to == "loadgen" || rule.from == "ui"])
    error_message = "A service that does not run is nobody's neighbour."
  }
  assert {
    condition     = output.user_pool_id == null
    error_message = "With an identity provider there is no user pool."
  }
}
