# The configuration as code: the same files as in every other way to run the company. Only where things
# are differs, and that people are told by SNS.

locals {
  prometheus_source = yamldecode(file("${var.source_dir}/prometheus.yml"))

  # Every copy of a service is a target of its own: discovery answers with all their addresses.
  services_discovery = {
    dns_sd_configs = [for name in sort(keys(var.targets)) : {
      names            = ["${name}.${var.namespace}"]
      type             = "A"
      port             = var.targets[name]
      refresh_interval = "15s"
    }]
    relabel_configs = [{
      source_labels = ["__meta_dns_name"]
      regex         = "([^.]+)\\..*"
      target_label  = "service"
    }]
  }
  monitor_discovery = { for name, port in { prometheus = 9090, alertmanager = 9093 } : name => {
    dns_sd_configs  = [{ names = ["${name}.${var.namespace}"], type = "A", port = port, refresh_interval = "15s" }]
    relabel_configs = [{ target_label = "service", replacement = name }]
  } }
  discovery = {
    firedrill    = local.services_discovery
    prometheus   = local.monitor_discovery["prometheus"]
    alertmanager = local.monitor_discovery["alertmanager"]
  }

  # Machines tell of themselves and of their containers; which there are is asked of EC2.
  machine_jobs = [for job, exporter in { cadvisor = { port = 8088, service = "cadvisor" }, node = { port = 9100, service = "node-exporter" } } : {
    job_name        = job
    scrape_interval = "30s"
    scrape_timeout  = "27s"
    ec2_sd_configs = [{
      region           = var.platform.region
      port             = exporter.port
      refresh_interval = "1m"
      filters = [
        { name = "tag:Cluster", values = [var.platform.cluster_name] },
        { name = "instance-state-name", values = ["running"] },
      ]
    }]
    relabel_configs = [
      { source_labels = ["__meta_ec2_instance_id"], target_label = "instance" },
      { source_labels = ["__meta_ec2_availability_zone"], target_label = "zone" },
      { source_labels = ["__meta_ec2_tag_Pool"], target_label = "pool" },
      { target_label = "service", replacement = exporter.service },
    ]
    # Which container it is, as ECS calls it; the rest only makes series longer.
    metric_relabel_configs = [
      { source_labels = ["container_label_com_amazonaws_ecs_container_name"], regex = "(.+)", target_label = "container" },
      { regex = "id|image|container_label_.*", action = "labeldrop" },
    ]
  }]

  remote_write = var.managed_prometheus ? {
    remote_write = [{
      url          = "${aws_prometheus_workspace.this[0].prometheus_endpoint}api/v1/remote_write"
      sigv4        = { region = var.platform.region }
      queue_config = { max_samples_per_send = 1000, max_shards = 10, capacity = 2500 }
    }]
  } : {}

  prometheus_config = merge(
    local.prometheus_source,
    {
      global = merge(local.prometheus_source.global, { external_labels = { environment = var.platform.name } })
      alerting = {
        alertmanagers = [{ dns_sd_configs = local.monitor_discovery["alertmanager"].dns_sd_configs }]
      }
      scrape_configs = concat(
        [for job in local.prometheus_source.scrape_configs : merge(
          { for key, value in job : key => value if key != "file_sd_configs" },
          local.discovery[job.job_name],
        )],
        local.machine_jobs,
      )
    },
    local.remote_write,
  )

  alertmanager_source = yamldecode(replace(
    file("${var.source_dir}/alertmanager.yml"), "http://127.0.0.1:8002", "http://loadgen:8002",
  ))

  # Each receiver gets a twin that tells people, as a receiver of its own: one that hangs holds the other
  # back no longer than itself. The Watchdog's twin keeps the alarm in CloudWatch silent.
  topics = { page = aws_sns_topic.this["pages"].arn, ticket = aws_sns_topic.this["tickets"].arn, watchdog = aws_sns_topic.this["watchdog"].arn }

  alertmanager_config = merge(local.alertmanager_source, {
    templates = ["templates/people.tmpl"]
    route = merge(local.alertmanager_source.route, {
      routes = concat([for route in local.alertmanager_source.route.routes : [
        merge(route, { continue = true }),
        merge(route, { receiver = "${route.receiver}-sns" }),
      ]]...)
    })
    receivers = concat(local.alertmanager_source.receivers, [for name, topic in local.topics : {
      name = "${name}-sns"
      sns_configs = [{
        topic_arn     = topic
        sigv4         = { region = var.platform.region }
        send_resolved = name != "watchdog"
        subject       = "{{ template \"firedrill.headline\" . }}"
        message       = "{{ template \"firedrill.text\" . }}"
        attributes    = { severity = name }
      }]
    }])
  })

  jaeger_config = {
    service = {
      extensions = ["jaeger_storage", "jaeger_query", "healthcheckv2"]
      pipelines = {
        traces = { receivers = ["otlp"], processors = ["batch"], exporters = ["jaeger_storage_exporter"] }
      }
      telemetry = { resource = { "service.name" = "jaeger" }, metrics = { level = "none" }, logs = { level = "warn" } }
    }
    extensions = {
      healthcheckv2 = { use_v2 = true, http = { endpoint = "0.0.0.0:13133" } }
      jaeger_query  = { storage = { traces = "disk" }, http = { endpoint = "0.0.0.0:16686" } }
      jaeger_storage = { backends = { disk = { badger = {
        directories = { keys = "/badger/keys", values = "/badger/values" }
        ephemeral   = false
        ttl         = { spans = "${var.retention.trace_hours}h" }
      } } } }
    }
    receivers  = { otlp = { protocols = { http = { endpoint = "0.0.0.0:4318" } } } }
    processors = { batch = { timeout = "1s", send_batch_max_size = 2048 } }
    exporters  = { jaeger_storage_exporter = { trace_storage = "disk" } }
  }

  # Every file by its name in the bucket: whose it is, and its name there.
  rules     = { for file in fileset(var.source_dir, "rules/*.yml") : "prometheus/${file}" => file("${var.source_dir}/${file}") }
  templates = { for file in fileset(var.source_dir, "templates/*.tmpl") : "alertmanager/${file}" => file("${var.source_dir}/${file}") }
  grafana = {
    for file in setunion(fileset(var.grafana_dir, "provisioning/**/*.yml"), fileset(var.grafana_dir, "dashboards/*.json")) :
    "grafana/${file}" => file("${var.grafana_dir}/${file}")
  }
  rendered = {
    "prometheus/prometheus.yml"     = yamlencode(local.prometheus_config)
    "alertmanager/alertmanager.yml" = yamlencode(local.alertmanager_config)
    "jaeger/jaeger.yaml"            = yamlencode(local.jaeger_config)
  }
  files      = merge(local.rules, local.templates, local.grafana, local.rendered)
  file_names = setunion(keys(local.rules), keys(local.templates), keys(local.grafana), keys(local.rendered))

  # What a task reads changes its definition, so that it is replaced when its configuration is. Taken from
  # the files in the bucket, so that these are there before the task.
  versions = { for owner in ["prometheus", "alertmanager", "grafana", "jaeger"] : owner => sha256(jsonencode([
    for name in sort(tolist(local.file_names)) : [name, aws_s3_object.config[name].source_hash] if startswith(name, "${owner}/")
  ])) }
}
