# One of each on every machine of both pools: what the machine does, and what its containers do. They are
# on the machine's own address, and its security group lets nobody but Prometheus to them.

locals {
  daemons = {
    node-exporter = {
      image = var.images.node_exporter
      port  = 9100
      user  = "65534"
      command = [
        "--web.listen-address=:9100",
        "--path.rootfs=/host",
        "--collector.filesystem.mount-points-exclude=^/(dev|proc|sys|run|var/lib/docker)($|/)",
      ]
      mounts = { root = { host = "/", container = "/host" } }
    }
    cadvisor = {
      image = var.images.cadvisor
      port  = 8088
      # Docker's folders and the control groups are read by root alone. It has no other capability than
      # to read them, and mounts nothing that it could write.
      user = "0"
      command = [
        "--port=8088",
        "--docker_only=true",
        "--housekeeping_interval=10s",
        "--store_container_labels=false",
        "--whitelisted_container_labels=com.amazonaws.ecs.container-name",
        "--enable_metrics=cpu,memory,network,diskIO",
      ]
      mounts = {
        root   = { host = "/", container = "/rootfs" }
        run    = { host = "/var/run", container = "/var/run" }
        sys    = { host = "/sys", container = "/sys" }
        docker = { host = "/var/lib/docker", container = "/var/lib/docker" }
      }
    }
  }
}

resource "aws_cloudwatch_log_group" "daemon" {
  for_each = local.daemons

  name              = "/${var.platform.name}/${each.key}"
  retention_in_days = var.platform.log_retention_days
  kms_key_id        = var.platform.kms_key_arn
}

resource "aws_ecs_task_definition" "daemon" {
  for_each = local.daemons

  family                   = "${var.platform.name}-${each.key}"
  network_mode             = "host"
  requires_compatibilities = ["EC2"]
  execution_role_arn       = aws_iam_role.daemon.arn

  container_definitions = jsonencode([{
    name                   = each.key
    image                  = each.value.image
    essential              = true
    privileged             = false
    readonlyRootFilesystem = true
    user                   = each.value.user
    cpu                    = 64
    memory                 = 256
    command                = each.value.command
    portMappings           = [{ containerPort = each.value.port, hostPort = each.value.port, protocol = "tcp" }]
    mountPoints            = [for name in sort(keys(each.value.mounts)) : { sourceVolume = name, containerPath = each.value.mounts[name].container, readOnly = true }]
    linuxParameters        = { capabilities = { add = each.value.user == "0" ? ["DAC_READ_SEARCH"] : [], drop = ["ALL"] } }
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.daemon[each.key].name
        awslogs-region        = var.platform.region
        awslogs-stream-prefix = each.key
        mode                  = "non-blocking"
      }
    }
  }])

  dynamic "volume" {
    for_each = each.value.mounts
    content {
      name      = volume.key
      host_path = volume.value.host
    }
  }

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.platform.architecture == "arm64" ? "ARM64" : "X86_64"
  }
}

resource "aws_ecs_service" "daemon" {
  for_each = local.daemons

  name                    = each.key
  cluster                 = var.platform.cluster_arn
  task_definition         = aws_ecs_task_definition.daemon[each.key].arn
  scheduling_strategy     = "DAEMON"
  launch_type             = "EC2"
  propagate_tags          = "SERVICE"
  enable_ecs_managed_tags = true

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  depends_on = [aws_iam_role_policy.daemon]
}

data "aws_iam_policy_document" "daemon_trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.platform.account]
    }
  }
}

data "aws_iam_policy_document" "daemon" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = [for group in aws_cloudwatch_log_group.daemon : "${group.arn}:*"]
  }
}

resource "aws_iam_role" "daemon" {
  name                 = "${var.platform.name}-daemons"
  assume_role_policy   = data.aws_iam_policy_document.daemon_trust.json
  permissions_boundary = var.platform.boundary_arn
}

resource "aws_iam_role_policy" "daemon" {
  name   = "start"
  role   = aws_iam_role.daemon.id
  policy = data.aws_iam_policy_document.daemon.json
}
