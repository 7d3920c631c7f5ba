# The company, one entry a service: what it runs, where it listens, what it is told, whom it calls. Commands,
# which are arguments of the image's own `firedrill`, ports, environment and names of secrets are the same as
# in compose.yaml but for addresses that browsers see; what only a cloud needs is in `cloud`.

locals {
  service_names = ["ui", "pizza-service", "position-tracker", "position-simulator", "pokedex-api", "loadgen"]

  # Everything listens on all addresses of its own copy; security groups say who reaches it.
  telemetry = {
    ui                 = 9110
    pizza-service      = 9111
    position-tracker   = 9112
    position-simulator = 9113
    pokedex-api        = 8689
    loadgen            = 9114
  }

  common = {
    LOG_FORMAT                  = "json"
    RUST_LOG                    = "info"
    OTEL_EXPORTER_OTLP_ENDPOINT = "http://jaeger:4318"
  }

  company = {
    ui = {
      command = ["ui"]
      ports   = { api = 8000, telemetry = local.telemetry["ui"] }
      environment = merge(local.common, {
        UI_ADDRESS        = "0.0.0.0:8000"
        TELEMETRY_ADDRESS = "0.0.0.0:9110"
        PIZZA_URL         = "http://pizza-service:8001"
        POKEDEX_URL       = "http://pokedex-api:5000"
        TRACKER_URL       = "http://position-tracker:8080"
        LOADGEN_URL       = "http://loadgen:8002"
        METRICS_URL       = "http://prometheus:9090"
        ALERTMANAGER_URL  = "http://alertmanager:9093"
        # As browsers see them.
        JAEGER_URL     = "https://jaeger.${var.domain}"
        GRAFANA_URL    = "https://grafana.${var.domain}"
        PROMETHEUS_URL = "https://prometheus.${var.domain}"
      })
      cloud    = { TRUSTED_PROXIES = "1" }
      secrets  = []
      database = false
      queue    = false
      cpu      = 256
      memory   = 512
      alone    = false
      calls    = ["pizza-service", "pokedex-api", "position-tracker", "loadgen", "prometheus", "alertmanager"]
      route    = { host = "www", paths = ["/*"], priority = 100, health_path = "/" }
    }

    pizza-service = {
      command = ["pizza-service"]
      ports   = { api = 8001, telemetry = local.telemetry["pizza-service"] }
      environment = merge(local.common, {
        API_ADDRESS         = "0.0.0.0:8001"
        TELEMETRY_ADDRESS   = "0.0.0.0:9111"
        POKEDEX_URL         = "http://pokedex-api:5000"
        MAX_ACTIVE_REQUESTS = "200" # a limit that a drill can reach
      })
      cloud    = { TRUSTED_PROXIES = "1" }
      secrets  = ["POSTGRES_URL", "AMQP_URL", "FAULTS_TOKEN"]
      database = true
      queue    = true
      cpu      = 512
      memory   = 512
      alone    = false
      calls    = ["pokedex-api"]
      route    = { host = "api", paths = ["/orders", "/orders/*", "/menu"], priority = 110, health_path = "/menu" }
    }

    position-tracker = {
      command = ["position-tracker"]
      ports   = { api = 8080, telemetry = local.telemetry["position-tracker"] }
      environment = merge(local.common, {
        API_ADDRESS       = "0.0.0.0:8080"
        TELEMETRY_ADDRESS = "0.0.0.0:9112"
      })
      cloud    = { TRUSTED_PROXIES = "1" }
      secrets  = ["POSTGRES_URL", "AMQP_URL", "FAULTS_TOKEN"]
      database = true
      queue    = true
      cpu      = 256
      memory   = 512
      # It answers from memory: while an update has two of them, each hears of half the positions.
      alone = true
      calls = []
      route = { host = "api", paths = ["/vehicles", "/vehicles/*"], priority = 120, health_path = "/vehicles" }
    }

    position-simulator = {
      command = ["position-simulator"]
      ports   = { telemetry = local.telemetry["position-simulator"] }
      environment = merge(local.common, {
        TELEMETRY_ADDRESS = "0.0.0.0:9113"
        TIME_FACTOR       = "60"
      })
      cloud    = {}
      secrets  = ["POSTGRES_URL", "AMQP_URL", "FAULTS_TOKEN"]
      database = true
      queue    = true
      cpu      = 256
      memory   = 512
      # A second one finds the vans gone.
      alone = true
      calls = []
      route = null
    }

    pokedex-api = {
      command = ["pokedex-api"]
      ports   = { api = 5000, telemetry = local.telemetry["pokedex-api"] }
      environment = merge(local.common, {
        API_ADDRESS       = "0.0.0.0:5000"
        TELEMETRY_ADDRESS = "0.0.0.0:8689"
      })
      cloud    = { TRUSTED_PROXIES = "1" }
      secrets  = ["POSTGRES_URL", "FAULTS_TOKEN"]
      database = true
      queue    = false
      cpu      = 256
      memory   = 512
      alone    = false
      calls    = []
      route    = { host = "api", paths = ["/pokemon", "/pokemon/*"], priority = 130, health_path = "/pokemon/25" }
    }

    loadgen = {
      command = ["loadgen", "serve", "--baseline=${var.baseline}"]
      ports   = { api = 8002, telemetry = local.telemetry["loadgen"] }
      environment = merge(local.common, {
        LOADGEN_ADDRESS   = "0.0.0.0:8002"
        TELEMETRY_ADDRESS = "0.0.0.0:9114"
        PIZZA_URL         = "http://pizza-service:8001"
        POKEDEX_URL       = "http://pokedex-api:5000"
        TRACKER_URL       = "http://position-tracker:8080"
        LOADGEN_URL       = "http://127.0.0.1:8002"
        METRICS_URL       = "http://prometheus:9090"
        ALERTMANAGER_URL  = "http://alertmanager:9093"
        TELEMETRY_URLS = join(",", [
          for name in ["pizza-service", "pokedex-api", "position-simulator", "position-tracker", "loadgen"] :
          "${name}=http://${name}:${local.telemetry[name]}"
        ])
        # How long the Watchdog may stay away.
        DEADMAN_LIMIT = local.demo ? "20s" : "5m"
      })
      cloud    = {}
      secrets  = ["FAULTS_TOKEN", "DRILLS_TOKEN"]
      database = false
      queue    = false
      cpu      = 256
      memory   = 512
      # Who has the turn to drill is in its memory.
      alone = true
      # Itself as well: a drill that is run as a task of its own has its group, and asks it for its turn.
      calls = ["pizza-service", "pokedex-api", "position-tracker", "prometheus", "alertmanager", "loadgen"]
      route = null
    }
  }

  # What all of them are told in a cloud: which environment it is, and with one database for all, whose
  # schema is whose.
  cloud = { for name, service in local.company : name => merge(
    { OTEL_RESOURCE_ATTRIBUTES = "deployment.environment.name=${var.environment}" },
    service.database ? { POSTGRES_SCHEMA = replace(name, "-", "_") } : {},
  ) }

  # With the image of each, and without those that do not run.
  services = { for name, service in local.company : name => merge(service, {
    image = "${var.image_repository}:${lookup(var.image_tags, name, var.image_tag)}"
  }) if contains(var.services, name) }

  secret_arns = { for name, service in local.services : name => merge(
    contains(service.secrets, "POSTGRES_URL") ? { POSTGRES_URL = module.data.postgres_urls[name] } : {},
    contains(service.secrets, "AMQP_URL") ? { AMQP_URL = module.data.amqp_url } : {},
    { for token in local.tokens : token => module.data.tokens[token] if contains(service.secrets, token) },
  ) }
}

module "service" {
  source   = "./modules/service"
  for_each = local.services

  name              = each.key
  platform          = local.platform
  capacity_provider = module.cluster.capacity_providers["workers"]
  image             = each.value.image
  command           = each.value.command
  environment       = merge(each.value.environment, each.value.cloud, local.cloud[each.key])
  secrets           = local.secret_arns[each.key]
  ports             = each.value.ports
  cpu               = each.value.cpu
  memory            = each.value.memory
  health_check      = { command = ["CMD", "firedrill", "healthcheck"] }
  # 10 s of draining, then traces are sent.
  drain_seconds = 10
  stop_timeout  = 30
  copies        = merge({ alone = each.value.alone }, lookup(var.copies, each.key, { min = 1, max = 1 }))
  route = each.value.route == null ? null : {
    listener_arn    = module.edge.listener_arn
    balancer_suffix = module.edge.balancer_suffix
    hosts           = ["${each.value.route.host}.${var.domain}"]
    paths           = each.value.route.paths
    priority        = each.value.route.priority
    port            = "api"
    health_path     = each.value.route.health_path
  }
}
