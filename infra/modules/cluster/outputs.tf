output "arn" {
  description = "The cluster. Known only when machines can join it."
  value       = aws_ecs_cluster.this.arn
  depends_on  = [aws_ecs_cluster_capacity_providers.this]
}

output "name" {
  description = "Its name."
  value       = aws_ecs_cluster.this.name
}

output "namespace_id" {
  description = "Where services are found."
  value       = aws_service_discovery_private_dns_namespace.this.id
}

output "capacity_providers" {
  description = "The pools, by their role."
  value = {
    workers    = module.workers.capacity_provider
    monitoring = module.monitoring.capacity_provider
  }
}

output "machine_groups" {
  description = "The machines' security groups, by their pool's role."
  value = {
    workers    = module.workers.security_group_id
    monitoring = module.monitoring.security_group_id
  }
}

output "monitoring_folder" {
  description = "Where the monitoring's disk is on its machine."
  value       = local.mount
}

output "monitoring_volume_arn" {
  description = "The monitoring's disk, for backups."
  value       = aws_ebs_volume.monitoring.arn
}
