# Prometheus, Alertmanager, Grafana and Jaeger: on the machine with the disk, one copy each. Two copies
# would write the same files, so the old one goes before the new one comes.

locals {
  # Whom files belong to: the users of the images.
  users = { prometheus = "65534", alertmanager = "65534", grafana = "472", jaeger = "10001" }

  prepare = { for name in keys(local.users) : name => {
    image       = var.images.aws_cli
    command     = ["s3", "sync", "--delete", "--exact-timestamps", "--no-progress", "s3://${module.config.id}/${name}/", "/config"]
    environment = { HOME = "/tmp", AWS_REGION = var.platform.region, CONFIG_VERSION = local.versions[name] }
  } }
}

module "prometheus" {
  source = "../service"

  name              = "prometheus"
  platform          = var.platform
  capacity_provider = var.capacity_provider
  image             = var.images.prometheus
  user              = local.users["prometheus"]
  ports             = { web = 9090 }
  cpu               = 512
  memory            = 2048
  copies            = { alone = true }
  # It closes its write-ahead log.
  drain_seconds = 60
  stop_timeout  = 110
  command = [
    "--config.file=/etc/prometheus/prometheus.yml",
    "--storage.tsdb.path=/prometheus",
    "--storage.tsdb.retention.time=${var.retention.days}d",
    "--storage.tsdb.retention.size=${var.retention.samples_gib}GB",
    "--enable-feature=exemplar-storage",
    # How often what fires is told again; its end is believed after four times as long.
    "--rules.alert.resend-delay=${local.prometheus_source.global.evaluation_interval == "15s" ? "1m" : "4s"}",
    "--web.external-url=https://prometheus.${var.routes.domain}",
  ]
  health_check = { command = ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:9090/-/healthy"] }
  volumes = {
    config = { host_path = "${var.folder}/prometheus-config", mount = "/etc/prometheus", read_only = true }
    data   = { host_path = "${var.folder}/prometheus", mount = "/prometheus" }
  }
  prepare = merge(local.prepare["prometheus"], { mounts = { config = "/config" } })
  route = {
    listener_arn    = var.routes.listener_arn
    balancer_suffix = var.routes.balancer_suffix
    hosts           = ["prometheus.${var.routes.domain}"]
    priority        = 210
    port            = "web"
    health_path     = "/-/healthy"
    login           = true
  }
  login       = var.login
  has_policy  = true
  policy_json = data.aws_iam_policy_document.monitor["prometheus"].json
}

module "alertmanager" {
  source = "../service"

  name              = "alertmanager"
  platform          = var.platform
  capacity_provider = var.capacity_provider
  image             = var.images.alertmanager
  user              = local.users["alertmanager"]
  ports             = { web = 9093 }
  cpu               = 128
  memory            = 256
  copies            = { alone = true }
  command = [
    "--config.file=/etc/alertmanager/alertmanager.yml",
    "--storage.path=/alertmanager",
    # One Alertmanager has nobody to agree with.
    "--cluster.listen-address=",
  ]
  health_check = { command = ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:9093/-/healthy"] }
  volumes = {
    config = { host_path = "${var.folder}/alertmanager-config", mount = "/etc/alertmanager", read_only = true }
    data   = { host_path = "${var.folder}/alertmanager", mount = "/alertmanager" }
  }
  prepare     = merge(local.prepare["alertmanager"], { mounts = { config = "/config" } })
  has_policy  = true
  policy_json = data.aws_iam_policy_document.monitor["alertmanager"].json
}

module "grafana" {
  source = "../service"

  name              = "grafana"
  platform          = var.platform
  capacity_provider = var.capacity_provider
  image             = var.images.grafana
  user              = local.users["grafana"]
  ports             = { web = 3000 }
  cpu               = 256
  memory            = 512
  copies            = { alone = true }
  environment = {
    GF_SERVER_ROOT_URL             = "https://grafana.${var.routes.domain}"
    GF_AUTH_ANONYMOUS_ENABLED      = "true" # the balancer has asked already
    GF_AUTH_ANONYMOUS_ORG_ROLE     = "Viewer"
    GF_ANALYTICS_REPORTING_ENABLED = "false"
    GF_ANALYTICS_CHECK_FOR_UPDATES = "false"
    GF_SECURITY_COOKIE_SECURE      = "true"
    GF_PLUGINS_PREINSTALL_DISABLED = "true"
  }
  secrets      = { GF_SECURITY_ADMIN_PASSWORD = aws_secretsmanager_secret_version.grafana.secret_id }
  health_check = { command = ["CMD", "curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:3000/api/health"] }
  volumes = {
    dashboards   = { host_path = "${var.folder}/grafana-config/dashboards", mount = "/etc/grafana/dashboards", read_only = true }
    data         = { host_path = "${var.folder}/grafana", mount = "/var/lib/grafana" }
    provisioning = { host_path = "${var.folder}/grafana-config/provisioning", mount = "/etc/grafana/provisioning", read_only = true }
  }
  prepare = merge(local.prepare["grafana"], { mounts = { dashboards = "/config/dashboards", provisioning = "/config/provisioning" } })
  route = {
    listener_arn    = var.routes.listener_arn
    balancer_suffix = var.routes.balancer_suffix
    hosts           = ["grafana.${var.routes.domain}"]
    priority        = 200
    port            = "web"
    health_path     = "/api/health"
    login           = true
  }
  login       = var.login
  has_policy  = true
  policy_json = data.aws_iam_policy_document.monitor["grafana"].json
}

module "jaeger" {
  source = "../service"

  name              = "jaeger"
  platform          = var.platform
  capacity_provider = var.capacity_provider
  image             = var.images.jaeger
  user              = local.users["jaeger"]
  ports             = { web = 16686, otlp = 4318 }
  cpu               = 256
  memory            = 1024
  copies            = { alone = true }
  command           = ["--config=/etc/jaeger/jaeger.yaml"]
  # Its image holds nothing to ask with: the balancer asks.
  health_check = null
  volumes = {
    config = { host_path = "${var.folder}/jaeger-config", mount = "/etc/jaeger", read_only = true }
    data   = { host_path = "${var.folder}/jaeger", mount = "/badger" }
  }
  prepare = merge(local.prepare["jaeger"], { mounts = { config = "/config" } })
  route = {
    listener_arn    = var.routes.listener_arn
    balancer_suffix = var.routes.balancer_suffix
    hosts           = ["jaeger.${var.routes.domain}"]
    priority        = 220
    port            = "web"
    health_path     = "/"
    login           = true
  }
  login       = var.login
  has_policy  = true
  policy_json = data.aws_iam_policy_document.monitor["jaeger"].json
}

ephemeral "random_password" "grafana" {
  length  = 32
  special = false
}

resource "aws_secretsmanager_secret" "grafana" {
  #checkov:skip=CKV2_AWS_57:It opens nothing that the balancer's login has not opened already, and Grafana takes it at its first start only
  name                    = "${var.platform.name}/grafana-admin-password"
  description             = "The password of Grafana's user admin"
  kms_key_id              = var.platform.kms_key_arn
  recovery_window_in_days = var.secret_recovery_days
}

resource "aws_secretsmanager_secret_version" "grafana" {
  secret_id                = aws_secretsmanager_secret.grafana.arn
  secret_string_wo         = ephemeral.random_password.grafana.result
  secret_string_wo_version = 1
}
