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
    condition     = module.logs.guard.private && module.logs.guard.encryption == "AES256"
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

run "data" {
  command = plan
  module { source = "./modules/data" }

  variables {
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
    }
    database       = { instance_class = "db.m7g.large" }
    queue          = { instance_type = "mq.m5.large" }
    database_users = ["pizza-service", "pokedex-api"]
    tokens         = ["FAULTS_TOKEN"]
    setup_image    = "public.ecr.aws/docker/library/postgres:17-alpine"
  }

  assert {
    condition     = aws_db_instance.this.storage_encrypted && aws_db_instance.this.kms_key_id == var.platform.kms_key_arn && aws_db_instance.this.performance_insights_kms_key_id == var.platform.kms_key_arn
    error_message = "The database is encrypted with our key."
  }
  assert {
    condition     = aws_db_instance.this.multi_az && aws_db_instance.this.deletion_protection && !aws_db_instance.this.skip_final_snapshot && aws_db_instance.this.backup_retention_period == 14
    error_message = "It is in two zones, protected, and has two weeks of point-in-time recovery, unless told otherwise."
  }
  assert {
    condition     = !aws_db_instance.this.publicly_accessible && !aws_mq_broker.this.publicly_accessible
    error_message = "Neither has a public address."
  }
  assert {
    condition     = aws_db_instance.this.manage_master_user_password && aws_db_instance.this.password == null
    error_message = "The administrator's password is AWS's to keep."
  }
  assert {
    condition     = anytrue([for parameter in aws_db_parameter_group.this.parameter : parameter.name == "rds.force_ssl" && parameter.value == "1"])
    error_message = "Nobody speaks to it in the clear."
  }
  assert {
    condition     = aws_mq_broker.this.deployment_mode == "CLUSTER_MULTI_AZ" && !aws_mq_broker.this.encryption_options[0].use_aws_owned_key && aws_mq_broker.this.logs[0].general
    error_message = "The queue is in several zones, encrypted with our key, and logs."
  }
  assert {
    condition     = alltrue([for secret in concat(values(aws_secretsmanager_secret.database), values(aws_secretsmanager_secret.token), [aws_secretsmanager_secret.queue]) : secret.kms_key_id == var.platform.kms_key_arn])
    error_message = "Secrets are encrypted with our key."
  }
  assert {
    condition     = alltrue([for version in concat(values(aws_secretsmanager_secret_version.database), values(aws_secretsmanager_secret_version.token), [aws_secretsmanager_secret_version.queue]) : version.secret_string == null])
    error_message = "No secret is in the state."
  }
  assert {
    condition     = [for container in jsondecode(aws_ecs_task_definition.setup.container_definitions) : toset([for secret in container.secrets : secret.name])] == [toset(["PGUSER", "PGPASSWORD", "URL_PIZZA_SERVICE", "URL_POKEDEX_API"])]
    error_message = "Only the task that makes users knows the administrator's password."
  }
  assert {
    condition     = !anytrue(flatten([for statement in data.aws_iam_policy_document.setup.statement : [for value in concat(tolist(statement.actions), tolist(statement.resources)) : value == "*" || endswith(value, ":*") && !startswith(value, "arn:aws:logs")]]))
    error_message = "It may read those secrets and write its log."
  }
}

run "the_monitoring" {
  command = plan
  module { source = "./modules/observability" }

  variables {
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
    }
    namespace            = "firedrill-test.internal"
    capacity_provider    = "firedrill-test-monitoring"
    folder               = "/var/lib/firedrill"
    source_dir           = "../prometheus"
    grafana_dir          = "../grafana"
    targets              = { pizza-service = 9111 }
    managed_prometheus   = true
    page_emails          = ["on-call@example.com"]
    ticket_emails        = ["team@example.com"]
    login                = { cognito = { user_pool_arn = "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_0123456", user_pool_client_id = "client", user_pool_domain = "firedrill" } }
    secret_recovery_days = 0
    images = {
      prometheus    = "quay.io/prometheus/prometheus:v3.5.0"
      alertmanager  = "quay.io/prometheus/alertmanager:v0.28.1"
      grafana       = "docker.io/grafana/grafana:12.1.1"
      jaeger        = "docker.io/jaegertracing/jaeger:2.10.0"
      node_exporter = "quay.io/prometheus/node-exporter:v1.9.1"
      cadvisor      = "gcr.io/cadvisor/cadvisor:v0.52.1"
      aws_cli       = "public.ecr.aws/aws-cli/aws-cli:2.28.0"
    }
    routes = {
      listener_arn    = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/made-up/0123456789abcdef/0123456789abcdef"
      balancer_suffix = "app/made-up/0123456789abcdef"
      domain          = "example.com"
    }
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.watchdog.treat_missing_data == "breaching" && aws_cloudwatch_metric_alarm.watchdog.metric_name == "NumberOfMessagesPublished" && aws_cloudwatch_metric_alarm.watchdog.period * aws_cloudwatch_metric_alarm.watchdog.evaluation_periods == 300
    error_message = "Five minutes without the Watchdog page, without any data as well."
  }
  assert {
    condition     = alltrue([for topic in aws_sns_topic.this : topic.kms_master_key_id == var.platform.kms_key_arn])
    error_message = "What is told is encrypted."
  }
  assert {
    condition     = { for name, subscription in aws_sns_topic_subscription.mail : name => subscription.endpoint } == { "pages on-call@example.com" = "on-call@example.com", "tickets team@example.com" = "team@example.com" }
    error_message = "Pages and tickets go to whom they are for."
  }
  assert {
    condition     = alltrue([for daemon in aws_ecs_service.daemon : daemon.scheduling_strategy == "DAEMON"]) && length(aws_ecs_service.daemon) == 2
    error_message = "Each machine has both exporters."
  }
  assert {
    condition     = alltrue(flatten([for definition in aws_ecs_task_definition.daemon : [for container in jsondecode(definition.container_definitions) : [for mount in container.mountPoints : mount.readOnly]]]))
    error_message = "Exporters read the machine, and write nothing."
  }
  assert {
    condition = jsonencode({ for name, document in data.aws_iam_policy_document.monitor : name => sort(flatten([for statement in document.statement : tolist(statement.actions) if contains(statement.resources, "*")])) }) == jsonencode({
      alertmanager = [], grafana = [], jaeger = [], prometheus = ["ec2:DescribeAvailabilityZones", "ec2:DescribeInstances"],
    })
    error_message = "The only permission for everything is to ask which machines there are."
  }
  assert {
    condition     = length(aws_prometheus_workspace.this) == 1 && aws_prometheus_workspace.this[0].kms_key_arn == var.platform.kms_key_arn
    error_message = "The managed workspace is there when it is asked for, encrypted."
  }
  assert {
    condition     = length([for name in keys(aws_s3_object.config) : name if startswith(name, "prometheus/rules/")]) == length(fileset("../prometheus/rules", "*.yml"))
    error_message = "Every file of rules is there."
  }
}
