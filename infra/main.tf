# The company on AWS. Read services.tf for what runs, and firewall.tf for who speaks to whom.

data "aws_caller_identity" "this" {}

locals {
  name      = "firedrill-${var.environment}"
  namespace = "${local.name}.internal"
  account   = data.aws_caller_identity.this.account_id
  # Where the monitoring's disk is.
  first_zone = sort(keys(var.zones))[0]
  subnets    = [for zone in sort(keys(var.zones)) : module.network.private_subnets[zone]]
  # Rules at demo speed are told by how often they are evaluated.
  monitoring_source = coalesce(var.monitoring_source, "${path.module}/../prometheus")
  demo              = yamldecode(file("${local.monitoring_source}/prometheus.yml")).global.evaluation_interval != "15s"
  tokens            = var.faults ? ["FAULTS_TOKEN", "DRILLS_TOKEN"] : []

  # A deleted secret's name is taken for as long as it can be brought back: an environment that goes and
  # comes again deletes them at once.
  secret_recovery_days = var.deletion_protection ? 7 : 0

  platform = {
    name               = local.name
    region             = var.region
    account            = local.account
    vpc_id             = module.network.vpc_id
    subnet_ids         = local.subnets
    cluster_arn        = module.cluster.arn
    cluster_name       = module.cluster.name
    namespace_id       = module.cluster.namespace_id
    kms_key_arn        = aws_kms_key.this.arn
    log_retention_days = var.log_retention_days
    architecture       = var.architecture
    boundary_arn       = var.permissions_boundary
  }

  login = {
    cognito = module.edge.cognito
    oidc    = var.oidc
  }
}

module "network" {
  source = "./modules/network"

  name               = local.name
  region             = var.region
  zones              = var.zones
  nat                = var.nat
  endpoints          = var.endpoints
  domain             = local.namespace
  kms_key_arn        = aws_kms_key.this.arn
  log_retention_days = var.log_retention_days
  boundary_arn       = var.permissions_boundary
}

module "cluster" {
  source = "./modules/cluster"

  name               = local.name
  vpc_id             = module.network.vpc_id
  kms_key_arn        = aws_kms_key.this.arn
  log_retention_days = var.log_retention_days
  architecture       = var.architecture
  namespace          = local.namespace
  boundary_arn       = var.permissions_boundary
  workers            = merge(var.workers, { subnet_ids = local.subnets })
  monitoring = {
    instance_type = var.monitoring.instance_type
    subnet_id     = module.network.private_subnets[local.first_zone]
    zone          = "${var.region}${local.first_zone}"
    disk_gib      = var.monitoring.disk_gib
    folders       = local.folders
  }
}

locals {
  # Folders of the monitoring's disk, and the users of the images that own them.
  folders = {
    alertmanager                  = 65534
    alertmanager-config           = 65534
    grafana                       = 472
    grafana-config                = 472
    "grafana-config/dashboards"   = 472
    "grafana-config/provisioning" = 472
    jaeger                        = 10001
    jaeger-config                 = 10001
    prometheus                    = 65534
    prometheus-config             = 65534
  }
}

module "data" {
  source = "./modules/data"

  name                 = local.name
  platform             = local.platform
  database             = var.database
  queue                = var.queue
  database_users       = [for name, service in local.company : name if service.database]
  tokens               = local.tokens
  deletion_protection  = var.deletion_protection
  secret_recovery_days = local.secret_recovery_days
  secrets_version      = var.secrets_version
  setup_image          = var.images.psql
}

module "edge" {
  source = "./modules/edge"

  name                     = local.name
  vpc_id                   = module.network.vpc_id
  public_subnet_ids        = [for zone in sort(keys(var.zones)) : module.network.public_subnets[zone]]
  domain                   = var.domain
  zone_name                = var.zone_name
  hosts                    = ["www", "api", "grafana", "prometheus", "jaeger"]
  login_hosts              = ["grafana", "prometheus", "jaeger"]
  create_user_pool         = nonsensitive(var.oidc == null)
  allowed_cidrs            = var.allowed_cidrs
  requests_in_five_minutes = var.requests_in_five_minutes
  deletion_protection      = var.deletion_protection
  kms_key_arn              = aws_kms_key.this.arn
  log_retention_days       = var.log_retention_days
}

module "observability" {
  source = "./modules/observability"

  platform          = local.platform
  namespace         = local.namespace
  capacity_provider = module.cluster.capacity_providers["monitoring"]
  folder            = module.cluster.monitoring_folder
  source_dir        = local.monitoring_source
  grafana_dir       = "${path.module}/../grafana"
  targets           = { for name, service in local.services : name => service.ports.telemetry }
  images            = var.images
  retention = {
    days        = var.monitoring.days
    samples_gib = var.monitoring.samples_gib
    trace_hours = var.monitoring.trace_hours
  }
  managed_prometheus = var.managed_prometheus
  page_emails        = var.page_emails
  ticket_emails      = var.ticket_emails
  routes = {
    listener_arn    = module.edge.listener_arn
    balancer_suffix = module.edge.balancer_suffix
    domain          = var.domain
  }
  login                = local.login
  secret_recovery_days = local.secret_recovery_days
  keep                 = var.deletion_protection
}

module "backup" {
  source = "./modules/backup"

  name           = local.name
  account        = local.account
  region         = var.region
  replica_region = var.backups.replica_region
  lock           = var.backups.lock
  keep           = { daily_days = var.backups.daily_days, weekly_days = var.backups.weekly_days }
  kms_key_arn    = aws_kms_key.this.arn
  topic_arn      = module.observability.topics["tickets"]
  force_destroy  = !var.deletion_protection
  boundary_arn   = var.permissions_boundary
  resources = {
    database   = module.data.database_arn
    monitoring = module.cluster.monitoring_volume_arn
  }
}

module "bastion" {
  source = "./modules/bastion"
  count  = var.bastion ? 1 : 0

  name         = "${local.name}-bastion"
  vpc_id       = module.network.vpc_id
  subnet_id    = module.network.private_subnets[local.first_zone]
  boundary_arn = var.permissions_boundary
}
