# Machines of one kind that join the cluster, and are added and drained by it.

data "aws_region" "this" {}
data "aws_caller_identity" "this" {}

locals {
  parameter = join("", [
    "/aws/service/ecs/optimized-ami/amazon-linux-2023/",
    var.architecture == "arm64" ? "arm64/" : "",
    "recommended/image_id",
  ])
}

# AWS's own image for ECS, the newest: a new one is rolled out by the next apply.
data "aws_ssm_parameter" "image" {
  name = local.parameter
}

resource "aws_security_group" "this" {
  name        = var.name
  description = "Machines of the pool ${var.role}"
  vpc_id      = var.vpc_id

  tags = { Name = var.name }
}

# Images, ECS, SSM, logs. What comes in is up to the root module's table: the two exporters, from Prometheus.
resource "aws_vpc_security_group_egress_rule" "https" {
  security_group_id = aws_security_group.this.id
  description       = "HTTPS to AWS and to registries"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_launch_template" "this" {
  name_prefix            = "${var.name}-"
  image_id               = data.aws_ssm_parameter.image.insecure_value
  instance_type          = var.instance_type
  update_default_version = true
  vpc_security_group_ids = [aws_security_group.this.id]
  user_data = base64encode(templatefile("${path.module}/user-data.sh.tftpl", {
    cluster = var.cluster_name
    role    = var.role
    region  = data.aws_region.this.region
    volume  = var.data_volume
  }))

  iam_instance_profile {
    arn = aws_iam_instance_profile.this.arn
  }

  # With AWS's own key: a key of ours would have to trust the auto scaling service's role, which a new
  # account does not have yet. Nothing but images and caches is on it.
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_type           = "gp3"
      volume_size           = var.disk_gib
      encrypted             = true
      delete_on_termination = true
    }
  }

  # Session tokens only, and not through a container's hop.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
    instance_metadata_tags      = "disabled"
  }

  monitoring {
    enabled = true
  }

  tag_specifications {
    resource_type = "instance"
    tags          = { Name = var.name, Cluster = var.cluster_name, Pool = var.role }
  }
  tag_specifications {
    resource_type = "volume"
    tags          = { Name = var.name }
  }
}

resource "aws_autoscaling_group" "this" {
  name_prefix         = "${var.name}-"
  min_size            = var.size.min
  max_size            = var.size.max
  desired_capacity    = var.size.desired
  vpc_zone_identifier = var.subnet_ids
  # The capacity provider says which machine goes: one without tasks, after they were moved.
  protect_from_scale_in = true
  force_delete          = true
  health_check_type     = "EC2"

  launch_template {
    id      = aws_launch_template.this.id
    version = aws_launch_template.this.latest_version
  }

  # A new image replaces the machines one by one. A disk is attached to one machine at a time, so there
  # the old one goes first.
  instance_refresh {
    strategy = "Rolling"
    preferences {
      min_healthy_percentage       = var.data_volume == null ? 100 : 0
      max_healthy_percentage       = var.data_volume == null ? 200 : 100
      instance_warmup              = 120
      scale_in_protected_instances = "Refresh"
    }
  }

  tag {
    key                 = "AmazonECSManaged"
    value               = "true"
    propagate_at_launch = true
  }

  dynamic "tag" {
    for_each = data.aws_default_tags.this.tags
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }

  lifecycle {
    # The capacity provider decides on it from the first minute on.
    ignore_changes = [desired_capacity]
  }

  depends_on = [aws_iam_role_policy.this, aws_iam_role_policy_attachment.sessions]
}

data "aws_default_tags" "this" {}

resource "aws_ecs_capacity_provider" "this" {
  name = var.name

  auto_scaling_group_provider {
    auto_scaling_group_arn         = aws_autoscaling_group.this.arn
    managed_termination_protection = "ENABLED"
    managed_draining               = "ENABLED"

    managed_scaling {
      status                    = "ENABLED"
      target_capacity           = 100
      minimum_scaling_step_size = 1
      maximum_scaling_step_size = 1
      instance_warmup_period    = 120
    }
  }
}
