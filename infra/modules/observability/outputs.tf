output "groups" {
  description = "The monitors' security groups, by their name."
  value = {
    prometheus   = module.prometheus.security_group_id
    alertmanager = module.alertmanager.security_group_id
    grafana      = module.grafana.security_group_id
    jaeger       = module.jaeger.security_group_id
  }
}

output "topics" {
  description = "The topics, by their name."
  value       = { for name, topic in aws_sns_topic.this : name => topic.arn }
}

output "config" {
  description = "The rendered configuration, by the file's name."
  value       = local.rendered
}

output "container_definitions" {
  description = "What runs, as JSON, by its name."
  value = merge(
    {
      prometheus   = module.prometheus.container_definitions
      alertmanager = module.alertmanager.container_definitions
      grafana      = module.grafana.container_definitions
      jaeger       = module.jaeger.container_definitions
    },
    { for name, definition in aws_ecs_task_definition.daemon : name => definition.container_definitions },
  )
}
