# What services tell each other.

resource "aws_security_group" "queue" {
  name        = "${var.name}-queue"
  description = "RabbitMQ"
  vpc_id      = var.platform.vpc_id

  tags = { Name = "${var.name}-queue" }
}

# Amazon MQ keeps a broker's password only as an argument, so this one is in the state, which is
# encrypted. No other password of this module is.
resource "random_password" "queue" {
  length  = 32
  special = false

  keepers = { version = var.secrets_version }
}

resource "aws_mq_broker" "this" {
  broker_name                = var.name
  engine_type                = "RabbitMQ"
  engine_version             = var.queue.engine_version
  host_instance_type         = var.queue.instance_type
  deployment_mode            = var.queue.cluster ? "CLUSTER_MULTI_AZ" : "SINGLE_INSTANCE"
  publicly_accessible        = false
  auto_minor_version_upgrade = true
  apply_immediately          = false

  # One machine is in one zone; a cluster is in all of them.
  subnet_ids      = var.queue.cluster ? var.platform.subnet_ids : [var.platform.subnet_ids[0]]
  security_groups = [aws_security_group.queue.id]

  encryption_options {
    use_aws_owned_key = false
    kms_key_id        = var.platform.kms_key_arn
  }

  logs {
    general = true
  }

  maintenance_window_start_time {
    day_of_week = "SUNDAY"
    time_of_day = "03:30"
    time_zone   = "UTC"
  }

  user {
    username = "firedrill"
    password = random_password.queue.result
  }
}

locals {
  # amqps://HOST:5671
  queue_address = split("//", aws_mq_broker.this.instances[0].endpoints[0])[1]
}
