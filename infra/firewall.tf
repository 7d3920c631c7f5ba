# Who speaks to whom: the whole list. Each line opens one port of one security group to one other group, and
# that other group's way out to it. What is not here is closed; nothing is opened to an address.

locals {
  api       = { for name, service in local.services : name => service.ports.api if contains(keys(service.ports), "api") }
  monitors  = { prometheus = 9090, alertmanager = 9093, grafana = 3000, jaeger = 16686 }
  listening = merge(local.api, local.monitors)

  # From, to, port.
  connections = concat(
    # Customers and people, by the balancer.
    [for name, service in local.services : ["balancer", name, service.ports.api] if service.route != null],
    [for name in ["grafana", "prometheus", "jaeger"] : ["balancer", name, local.monitors[name]]],

    # Services to their neighbours, those that run.
    flatten([for name, service in local.services : [
      for callee in service.calls : { line = [name, callee, local.listening[callee]] } if contains(keys(local.listening), callee)
    ]])[*].line,
    [for name, service in local.services : [name, "database", 5432] if service.database],
    [for name, service in local.services : [name, "queue", 5671] if service.queue],
    [for name in keys(local.services) : [name, "jaeger", 4318]],

    # Telemetry ports: Prometheus reads them, and loadgen breaks things there.
    [for name, service in local.services : ["prometheus", name, service.ports.telemetry]],
    contains(keys(local.services), "loadgen") ? [
      for name, service in local.services : ["loadgen", name, service.ports.telemetry] if name != "ui"
    ] : [],

    # The monitoring among itself, and its webhooks.
    [
      ["prometheus", "alertmanager", 9093],
      ["prometheus", "prometheus", 9090],
      ["grafana", "prometheus", 9090],
      ["grafana", "alertmanager", 9093],
      ["grafana", "jaeger", 16686],
    ],
    contains(keys(local.services), "loadgen") ? [["alertmanager", "loadgen", 8002]] : [],

    # Exporters on the machines.
    flatten([for pool in ["workers", "monitoring"] : [for port in [9100, 8088] : { line = ["prometheus", "machines-${pool}", port] }]])[*].line,

    # The task that makes users in the database, and a person's forwarded port.
    [["database-setup", "database", 5432]],
    var.bastion ? [["bastion", "database", 5432], ["bastion", "alertmanager", 9093]] : [],
  )

  groups = merge(
    { for name, service in module.service : name => service.security_group_id },
    module.observability.groups,
    {
      balancer            = module.edge.security_group_id
      database            = module.data.database_group
      queue               = module.data.queue_group
      database-setup      = module.data.setup_group
      machines-workers    = module.cluster.machine_groups["workers"]
      machines-monitoring = module.cluster.machine_groups["monitoring"]
    },
    var.bastion ? { bastion = module.bastion[0].security_group_id } : {},
  )

  rules = { for line in local.connections : "${line[0]} to ${line[1]}, ${line[2]}" => { from = line[0], to = line[1], port = tonumber(line[2]) } }
}

resource "aws_vpc_security_group_ingress_rule" "connection" {
  for_each = local.rules

  security_group_id            = local.groups[each.value.to]
  referenced_security_group_id = local.groups[each.value.from]
  description                  = "From ${each.value.from}"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

resource "aws_vpc_security_group_egress_rule" "connection" {
  for_each = local.rules

  security_group_id            = local.groups[each.value.from]
  referenced_security_group_id = local.groups[each.value.to]
  description                  = "To ${each.value.to}"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

# The monitors copy their configuration from S3; Prometheus asks EC2 for its targets, Alertmanager tells SNS.
# Services have no way to the internet at all.
resource "aws_vpc_security_group_egress_rule" "aws" {
  for_each = module.observability.groups

  security_group_id = each.value
  description       = "HTTPS to AWS"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
