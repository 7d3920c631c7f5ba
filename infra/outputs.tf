output "urls" {
  description = "What to open in a browser, and what to send orders to."
  value       = { for host in ["www", "api", "grafana", "prometheus", "jaeger"] : host => "https://${host}.${var.domain}" }
}

output "user_pool_id" {
  description = "Where people are added who may see the monitoring; null with an identity provider of your own."
  value       = module.edge.user_pool_id
}

output "services" {
  description = "Each service that runs: image, command, ports and environment."
  value = { for name, service in local.services : name => {
    image       = service.image
    command     = service.command
    ports       = service.ports
    environment = service.environment
    secrets     = service.secrets
  } }
}

output "drill" {
  description = "What infra/scripts/drill.sh needs to run a drill as a task."
  value = {
    region            = var.region
    cluster           = module.cluster.name
    subnets           = local.subnets
    capacity_provider = module.cluster.capacity_providers["workers"]
    security_group    = try(module.service["loadgen"].security_group_id, null)
    task_definition   = try(module.service["loadgen"].task_definition_arn, null)
    log_group         = try(module.service["loadgen"].log_group, null)
  }
}

output "database_setup" {
  description = "What infra/scripts/setup-database.sh needs."
  value = {
    region            = var.region
    cluster           = module.cluster.name
    subnets           = local.subnets
    capacity_provider = module.cluster.capacity_providers["workers"]
    security_group    = module.data.setup_group
    task_definition   = module.data.setup_task
    log_group         = module.data.setup_log_group
  }
}

output "restore" {
  description = "What infra/scripts/restore-drill.sh needs."
  value = {
    region          = var.region
    database        = module.data.database_identifier
    database_arn    = module.data.database_arn
    subnet_group    = module.data.database_subnet_group
    security_group  = module.data.database_group
    parameter_group = module.data.database_parameter_group
    vault           = module.backup.vault_name
  }
}

output "bastion" {
  description = "The machine to forward ports from; null without one."
  value       = one(module.bastion[*].instance_id)
}

output "boundary" {
  description = "Where the company ends: its connections, each with who opens it, whom to, and the port."
  value       = local.rules
}

output "broker_id" {
  description = "What infra/scripts/sweep-logs.sh needs to know, once everything is gone."
  value       = module.data.broker_id
}
