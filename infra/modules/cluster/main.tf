# The cluster, its two pools of machines, and the domain that services are found under.

resource "aws_ecs_cluster" "this" {
  name = var.name

  setting {
    name  = "containerInsights"
    value = "enabled"
  }

  configuration {
    execute_command_configuration {
      kms_key_id = var.kms_key_arn
      logging    = "OVERRIDE"

      log_configuration {
        cloud_watch_encryption_enabled = true
        cloud_watch_log_group_name     = aws_cloudwatch_log_group.sessions.name
      }
    }
  }
}

# No service allows a shell. Should one ever be opened for an emergency, it is written down.
resource "aws_cloudwatch_log_group" "sessions" {
  name              = "/${var.name}/sessions"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_service_discovery_private_dns_namespace" "this" {
  name        = var.namespace
  description = "Services of ${var.name}"
  vpc         = var.vpc_id
}

module "workers" {
  source = "../pool"

  name          = "${var.name}-workers"
  role          = "workers"
  cluster_name  = var.name
  vpc_id        = var.vpc_id
  subnet_ids    = var.workers.subnet_ids
  architecture  = var.architecture
  boundary_arn  = var.boundary_arn
  instance_type = var.workers.instance_type
  size = {
    min     = var.workers.min
    max     = var.workers.max
    desired = var.workers.desired
  }
}

# Samples, silences, traces and dashboards outlive the machine: they are on a disk of their own.
resource "aws_ebs_volume" "monitoring" {
  #checkov:skip=CKV2_AWS_9:The root module gives it to the backup module, by its ARN
  availability_zone = var.monitoring.zone
  size              = var.monitoring.disk_gib
  type              = "gp3"
  encrypted         = true
  kms_key_id        = var.kms_key_arn

  tags = { Name = "${var.name}-monitoring" }
}

module "monitoring" {
  source = "../pool"

  name          = "${var.name}-monitoring"
  role          = "monitoring"
  cluster_name  = var.name
  vpc_id        = var.vpc_id
  subnet_ids    = [var.monitoring.subnet_id]
  architecture  = var.architecture
  boundary_arn  = var.boundary_arn
  instance_type = var.monitoring.instance_type
  size          = { min = 1, max = 1, desired = 1 }
  data_volume = {
    id          = aws_ebs_volume.monitoring.id
    arn         = aws_ebs_volume.monitoring.arn
    kms_key_arn = var.kms_key_arn
    mount       = local.mount
    folders     = var.monitoring.folders
  }
}

locals {
  mount = "/var/lib/firedrill"
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  cluster_name       = aws_ecs_cluster.this.name
  capacity_providers = [module.workers.capacity_provider, module.monitoring.capacity_provider]

  default_capacity_provider_strategy {
    capacity_provider = module.workers.capacity_provider
    weight            = 1
  }
}
