# What every service is: hardened, replaced without anybody noticing, allowed what it needs and no more.

mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  name = "pizza-service"
  platform = {
    name               = "firedrill-test"
    region             = "eu-central-1"
    account            = "123456789012"
    vpc_id             = "vpc-0123456789abcdef0"
    subnet_ids         = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
    cluster_arn        = "arn:aws:ecs:eu-central-1:123456789012:cluster/firedrill-test"
    cluster_name       = "firedrill-test"
    namespace_id       = "ns-0123456789abcdef"
    kms_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    log_retention_days = 30
    architecture       = "arm64"
    boundary_arn       = "arn:aws:iam::123456789012:policy/firedrill-boundary"
  }
  capacity_provider = "firedrill-test-workers"
  image             = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/firedrill:1.0.0"
  entrypoint        = ["firedrill"]
  command           = ["pizza-service"]
  ports             = { api = 8001, telemetry = 9111 }
  environment       = { MAX_ACTIVE_REQUESTS = "200" }
  secrets           = { POSTGRES_URL = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:firedrill-test/pizza-AbCdEf:url::" }
  health_check      = { command = ["CMD", "firedrill", "healthcheck"] }
}

run "with_a_route" {
  command = plan
  module { source = "./modules/service" }

  variables {
    copies = { min = 2, max = 6 }
    route = {
      listener_arn    = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/made-up/0123456789abcdef/0123456789abcdef"
      balancer_suffix = "app/made-up/0123456789abcdef"
      hosts           = ["api.example.com"]
      paths           = ["/orders"]
      priority        = 10
      port            = "api"
      health_path     = "/menu"
    }
  }

  assert {
    condition     = length(jsondecode(aws_ecs_task_definition.this.container_definitions)) == 1
    error_message = "The task definition is valid JSON with one container."
  }
  assert {
    condition = alltrue([for container in jsondecode(aws_ecs_task_definition.this.container_definitions) :
      container.user == "65532" && container.readonlyRootFilesystem && !container.privileged && container.linuxParameters.capabilities.drop == ["ALL"]
    ])
    error_message = "No root, no capabilities, nothing to write but /tmp."
  }
  assert {
    condition = alltrue([for container in jsondecode(aws_ecs_task_definition.this.container_definitions) :
      container.stopTimeout == 30 && container.healthCheck.command == ["CMD", "firedrill", "healthcheck"]
    ])
    error_message = "It is asked how it is, and may finish what it has begun."
  }
  assert {
    condition = alltrue([for container in jsondecode(aws_ecs_task_definition.this.container_definitions) :
      container.secrets == [{ name = "POSTGRES_URL", valueFrom = var.secrets["POSTGRES_URL"] }] && !strcontains(jsonencode(container.environment), "POSTGRES")
    ])
    error_message = "Secrets are named, not written down."
  }
  assert {
    condition     = [for container in jsondecode(aws_ecs_task_definition.this.container_definitions) : container.logConfiguration.logDriver] == ["awslogs"]
    error_message = "It logs to CloudWatch."
  }
  assert {
    condition     = aws_ecs_service.this.deployment_minimum_healthy_percent == 100 && aws_ecs_service.this.deployment_maximum_percent == 200
    error_message = "A new copy is well before an old one goes."
  }
  assert {
    condition     = aws_ecs_service.this.deployment_circuit_breaker[0].enable && aws_ecs_service.this.deployment_circuit_breaker[0].rollback
    error_message = "A version that does not get well is taken back."
  }
  assert {
    condition     = [for strategy in aws_ecs_service.this.ordered_placement_strategy : strategy.field] == ["attribute:ecs.availability-zone", "instanceId"]
    error_message = "Copies are spread over zones first, machines next."
  }
  assert {
    condition     = !aws_ecs_service.this.network_configuration[0].assign_public_ip && !aws_ecs_service.this.enable_execute_command
    error_message = "No public address, no shell."
  }
  assert {
    condition     = aws_lb_target_group.this[0].port == 8001 && aws_lb_target_group.this[0].target_type == "ip" && aws_lb_target_group.this[0].health_check[0].port == "traffic-port"
    error_message = "The balancer knows the API's port and no other, for its checks too."
  }
  assert {
    condition     = length(aws_appautoscaling_policy.cpu) == 1 && length(aws_appautoscaling_policy.requests) == 1 && aws_appautoscaling_target.this[0].max_capacity == 6
    error_message = "It grows on the processor and on requests a copy."
  }
  assert {
    condition     = aws_cloudwatch_log_group.this.kms_key_id == var.platform.kms_key_arn && aws_cloudwatch_log_group.this.retention_in_days == 30
    error_message = "Its log is encrypted, and forgotten in time."
  }
  assert {
    condition     = aws_service_discovery_service.this.dns_config[0].dns_records[0].type == "A" && aws_service_discovery_service.this.dns_config[0].routing_policy == "MULTIVALUE"
    error_message = "Every copy is found."
  }
  assert {
    condition = !anytrue(flatten([for statement in data.aws_iam_policy_document.execution.statement : [
      for action in statement.actions : strcontains(action, "*")
    ]]))
    error_message = "No action with a star."
  }
  assert {
    condition     = [for statement in data.aws_iam_policy_document.execution.statement : statement.actions if contains(statement.resources, "*")] == [toset(["ecr:GetAuthorizationToken"])]
    error_message = "The only permission for everything is the one that AWS knows no finer resource for."
  }
  assert {
    condition = anytrue([for statement in data.aws_iam_policy_document.execution.statement :
      statement.actions == toset(["secretsmanager:GetSecretValue"]) && statement.resources == toset(["arn:aws:secretsmanager:eu-central-1:123456789012:secret:firedrill-test/pizza-AbCdEf"])
    ])
    error_message = "It may read its own secrets, by their whole ARN, and no other."
  }
  assert {
    condition     = length(aws_iam_role_policy.task) == 0
    error_message = "A service may do nothing in AWS unless it is said what."
  }
  assert {
    condition     = aws_iam_role.task.permissions_boundary == var.platform.boundary_arn && aws_iam_role.execution.permissions_boundary == var.platform.boundary_arn
    error_message = "Its roles are within the boundary."
  }
}

run "alone_and_without_a_route" {
  command = plan
  module { source = "./modules/service" }

  variables {
    name    = "position-simulator"
    ports   = { telemetry = 9113 }
    copies  = { alone = true }
    image   = "quay.io/prometheus/prometheus:v3.5.0"
    secrets = {}
  }

  assert {
    condition     = aws_ecs_service.this.deployment_minimum_healthy_percent == 0 && aws_ecs_service.this.deployment_maximum_percent == 100
    error_message = "There are never two of one that must be alone."
  }
  assert {
    condition     = length(aws_lb_target_group.this) == 0 && length(aws_lb_listener_rule.this) == 0 && length(aws_ecs_service.this.load_balancer) == 0
    error_message = "Without a route the balancer does not know it."
  }
  assert {
    condition     = length(aws_appautoscaling_target.this) == 0
    error_message = "One copy does not grow."
  }
  assert {
    condition     = !anytrue([for statement in data.aws_iam_policy_document.execution.statement : contains(statement.resources, "*")])
    error_message = "With an image from elsewhere it may not even sign in to the registry."
  }
}

run "root_is_refused" {
  command = plan
  module { source = "./modules/service" }
  variables {
    user = "0"
  }
  expect_failures = [var.user]
}

run "latest_is_refused" {
  command = plan
  module { source = "./modules/service" }
  variables {
    image = "firedrill:latest"
  }
  expect_failures = [var.image]
}

run "a_stop_shorter_than_the_drain_is_refused" {
  command = plan
  module { source = "./modules/service" }
  variables {
    drain_seconds = 30
    stop_timeout  = 30
  }
  expect_failures = [var.stop_timeout]
}

run "a_port_of_root_is_refused" {
  command = plan
  module { source = "./modules/service" }
  variables {
    ports = { api = 80 }
  }
  expect_failures = [var.ports]
}
