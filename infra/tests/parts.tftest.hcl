# The other modules, each by itself: machines, the door, data, backups, and what is there before all of them.

mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  name               = "firedrill-test"
  account            = "123456789012"
  region             = "eu-central-1"
  vpc_id             = "vpc-0123456789abcdef0"
  kms_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  log_retention_days = 30
  boundary_arn       = "arn:aws:iam::123456789012:policy/firedrill-boundary"
}

run "machines" {
  command = plan
  module { source = "./modules/pool" }

  variables {
    role         = "workers"
    cluster_name = "firedrill-test"
    subnet_ids   = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
    size         = { min = 1, max = 3, desired = 3 }
  }

  assert {
    condition     = aws_launch_template.this.metadata_options[0].http_tokens == "required" && aws_launch_template.this.metadata_options[0].http_put_response_hop_limit == 1
    error_message = "Metadata is given for session tokens only, and not to containers."
  }
  assert {
    condition     = alltrue([for disk in aws_launch_template.this.block_device_mappings : tobool(disk.ebs[0].encrypted)])
    error_message = "Disks are encrypted."
  }
  assert {
    condition     = strcontains(base64decode(aws_launch_template.this.user_data), "ECS_CLUSTER=firedrill-test") && strcontains(base64decode(aws_launch_template.this.user_data), "ECS_AWSVPC_BLOCK_IMDS=true")
    error_message = "Machines join the cluster, and keep their role to themselves."
  }
  assert {
    condition     = aws_autoscaling_group.this.min_size == 1 && aws_autoscaling_group.this.max_size == 3 && aws_autoscaling_group.this.desired_capacity == 3 && length(aws_autoscaling_group.this.vpc_zone_identifier) == 2
    error_message = "One to three machines, three at first, over all zones."
  }
  assert {
    condition     = aws_ecs_capacity_provider.this.auto_scaling_group_provider[0].managed_draining == "ENABLED" && aws_ecs_capacity_provider.this.auto_scaling_group_provider[0].managed_scaling[0].status == "ENABLED"
    error_message = "The cluster adds machines, and drains those that go."
  }
  assert {
    condition     = data.aws_ssm_parameter.image.name == "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id"
    error_message = "The image is AWS's own for ECS on arm64."
  }
  assert {
    condition     = [for statement in data.aws_iam_policy_document.this.statement : statement.actions if contains(statement.resources, "*")] == [toset(["ecs:DiscoverPollEndpoint"])]
    error_message = "The only permission for everything is the one that AWS knows no finer resource for."
  }
  assert {
    condition     = aws_vpc_security_group_egress_rule.https.from_port == 443 && aws_vpc_security_group_egress_rule.https.to_port == 443
    error_message = "Machines go out by HTTPS only."
  }
}

run "a_burstable_machine_is_refused" {
  command = plan
  module { source = "./modules/pool" }
  variables {
    role          = "workers"
    cluster_name  = "firedrill-test"
    subnet_ids    = ["subnet-0123456789abcdef0"]
    size          = { min = 1, max = 3, desired = 3 }
    instance_type = "t4g.medium"
  }
  expect_failures = [var.instance_type]
}

run "two_machines_with_one_disk_are_refused" {
  command = plan
  module { source = "./modules/pool" }
  variables {
    role         = "monitoring"
    cluster_name = "firedrill-test"
    subnet_ids   = ["subnet-0123456789abcdef0"]
    size         = { min = 1, max = 2, desired = 1 }
    data_volume = {
      id          = "vol-0123456789abcdef0"
      arn         = "arn:aws:ec2:eu-central-1:123456789012:volume/vol-0123456789abcdef0"
      kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
      mount       = "/var/lib/firedrill"
      folders     = { prometheus = 65534 }
    }
  }
  expect_failures = [var.data_volume]
}

run "the_door" {
  command = plan
  module { source = "./modules/edge" }

  variables {
    domain            = "staging.example.com"
    zone_name         = "example.com"
    hosts             = ["www", "api", "grafana"]
    login_hosts       = ["grafana"]
    public_subnet_ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
    create_user_pool  = true
  }

  assert {
    condition     = toset([for rule in concat(values(aws_vpc_security_group_ingress_rule.http), values(aws_vpc_security_group_ingress_rule.https)) : rule.to_port]) == toset([80, 443])
    error_message = "80 and 443 are open, and nothing else."
  }
  assert {
    condition     = aws_lb_listener.https.ssl_policy == "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
    error_message = "TLS 1.2 at least."
  }
  assert {
    condition     = aws_lb_listener.http.default_action[0].type == "redirect" && aws_lb_listener.http.default_action[0].redirect[0].protocol == "HTTPS"
    error_message = "HTTP is sent to HTTPS."
  }
  assert {
    condition     = aws_lb_listener.https.default_action[0].fixed_response[0].status_code == "404"
    error_message = "What nobody has claimed is not there."
  }
  assert {
    condition     = aws_acm_certificate.this.validation_method == "DNS" && length(aws_route53_record.proof) == 1
    error_message = "The certificate is proven by DNS."
  }
  assert {
    condition     = length([for rule in aws_wafv2_web_acl.this.rule : rule if length(rule.statement[0].rate_based_statement) > 0]) == 1 && length(aws_wafv2_web_acl.this.rule) == 4
    error_message = "The firewall has three managed rule sets and a rate limit."
  }
  assert {
    condition     = aws_lb.this.drop_invalid_header_fields && aws_lb.this.enable_deletion_protection && aws_lb.this.access_logs[0].enabled
    error_message = "The balancer drops bad headers, is protected, and logs."
  }
  assert {
    condition     = aws_cognito_user_pool.this[0].mfa_configuration == "ON" && aws_cognito_user_pool.this[0].admin_create_user_config[0].allow_admin_create_user_only
    error_message = "Nobody signs up by himself, nor in by a password alone."
  }
  assert {
    condition     = aws_s3_bucket_public_access_block.logs.block_public_policy && aws_s3_bucket_public_access_block.logs.restrict_public_buckets
    error_message = "Access logs are nobody else's business."
  }
}

run "a_domain_outside_its_zone_is_refused" {
  command = plan
  module { source = "./modules/edge" }
  variables {
    domain            = "staging.example.org"
    zone_name         = "example.com"
    hosts             = ["www"]
    login_hosts       = []
    public_subnet_ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
    create_user_pool  = false
  }
  expect_failures = [var.zone_name]
}

run "backups" {
  command = plan
  module { source = "./modules/backup" }

  variables {
    replica_region = "eu-west-1"
    lock           = "compliance"
    resources      = { database = "arn:aws:rds:eu-central-1:123456789012:db:firedrill-test" }
    topic_arn      = "arn:aws:sns:eu-central-1:123456789012:firedrill-test-tickets"
  }

  assert {
    condition     = toset([for rule in aws_backup_plan.this.rule : rule.rule_name]) == toset(["daily", "weekly"])
    error_message = "There are daily and weekly backups."
  }
  assert {
    condition     = alltrue([for rule in aws_backup_plan.this.rule : length(rule.copy_action) == 1])
    error_message = "Each is copied."
  }
  assert {
    condition     = aws_backup_vault.replica[0].region == "eu-west-1" && aws_kms_key.replica[0].region == "eu-west-1" && aws_kms_key.replica[0].enable_key_rotation
    error_message = "The copy, and its key, are in the second region."
  }
  assert {
    condition     = aws_backup_vault_lock_configuration.this[0].changeable_for_days == 3 && aws_backup_vault_lock_configuration.replica[0].min_retention_days == 7
    error_message = "Both vaults are locked for good after three days."
  }
}

run "backups_without_a_copy_or_a_lock" {
  command = plan
  module { source = "./modules/backup" }

  variables {
    lock      = "none"
    resources = { database = "arn:aws:rds:eu-central-1:123456789012:db:firedrill-test" }
    topic_arn = "arn:aws:sns:eu-central-1:123456789012:firedrill-test-tickets"
  }

  assert {
    condition     = length(aws_backup_vault.replica) == 0 && length(aws_kms_key.replica) == 0 && length(aws_backup_vault_lock_configuration.this) == 0
    error_message = "Optional parts are not there when they are not asked for."
  }
}

run "a_copy_beside_the_original_is_refused" {
  command = plan
  module { source = "./modules/backup" }
  variables {
    replica_region = "eu-central-1"
    resources      = { database = "arn:aws:rds:eu-central-1:123456789012:db:firedrill-test" }
    topic_arn      = "arn:aws:sns:eu-central-1:123456789012:firedrill-test-tickets"
  }
  expect_failures = [var.replica_region]
}
