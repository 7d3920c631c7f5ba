# One role of the company: what it is, where it runs, and how it is replaced by its next version without
# anybody noticing.

locals {
  full_name = "${var.platform.name}-${var.name}"
  has_route = var.route != null
  scales    = var.copies.max > var.copies.min
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/${var.platform.name}/${var.name}"
  retention_in_days = var.platform.log_retention_days
  kms_key_id        = var.platform.kms_key_arn
}

resource "aws_ecs_task_definition" "this" {
  family                   = local.full_name
  network_mode             = "awsvpc"
  requires_compatibilities = ["EC2"]
  cpu                      = var.cpu
  memory                   = var.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  container_definitions    = jsonencode(local.containers)

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.platform.architecture == "arm64" ? "ARM64" : "X86_64"
  }

  dynamic "volume" {
    for_each = var.volumes
    content {
      name      = volume.key
      host_path = volume.value.host_path
    }
  }
}

# Nobody may come in or go out but where the root module says so: who speaks to whom is one table there.
resource "aws_security_group" "this" {
  name        = local.full_name
  description = "The service ${var.name}"
  vpc_id      = var.platform.vpc_id

  tags = { Name = local.full_name }
}

resource "aws_service_discovery_service" "this" {
  name          = var.name
  force_destroy = true

  dns_config {
    namespace_id   = var.platform.namespace_id
    routing_policy = "MULTIVALUE"

    dns_records {
      type = "A"
      ttl  = 5
    }
  }

  # What the cluster says of a copy's health decides whether it is found.
  health_check_custom_config {}
}

resource "aws_ecs_service" "this" {
  name                    = var.name
  cluster                 = var.platform.cluster_arn
  task_definition         = aws_ecs_task_definition.this.arn
  desired_count           = var.copies.min
  propagate_tags          = "SERVICE"
  enable_ecs_managed_tags = true
  # A shell in a service is a way around everything else here.
  enable_execute_command = false
  # Customers get 30 s of a new copy's start before the balancer's own opinion counts.
  health_check_grace_period_seconds = local.has_route ? 30 : null
  # A service that is one copy has nothing to balance, and would be stopped for it.
  availability_zone_rebalancing = local.scales ? "ENABLED" : "DISABLED"

  # A new copy is well before an old one goes; one that must be alone goes first.
  deployment_minimum_healthy_percent = var.copies.alone ? 0 : 100
  deployment_maximum_percent         = var.copies.alone ? 100 : 200

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  capacity_provider_strategy {
    capacity_provider = var.capacity_provider
    weight            = 1
  }

  # Over the zones first, then over the machines of each.
  ordered_placement_strategy {
    type  = "spread"
    field = "attribute:ecs.availability-zone"
  }
  ordered_placement_strategy {
    type  = "spread"
    field = "instanceId"
  }

  network_configuration {
    subnets          = var.platform.subnet_ids
    security_groups  = [aws_security_group.this.id]
    assign_public_ip = false
  }

  service_registries {
    registry_arn = aws_service_discovery_service.this.arn
  }

  dynamic "load_balancer" {
    for_each = local.has_route ? [var.route] : []
    content {
      target_group_arn = aws_lb_target_group.this[0].arn
      container_name   = var.name
      container_port   = var.ports[load_balancer.value.port]
    }
  }

  lifecycle {
    # Autoscaling decides on it from the first minute on.
    ignore_changes = [desired_count]
  }

  # The balancer must know the group before copies are registered in it, and a copy that starts before
  # its role may do anything fails.
  depends_on = [aws_lb_listener_rule.this, aws_iam_role_policy.execution, aws_iam_role_policy.task]
}
