output "security_group_id" {
  description = "Its group, for whoever may speak to it."
  value       = aws_security_group.this.id
}

output "task_definition_arn" {
  description = "What runs, in this version."
  value       = aws_ecs_task_definition.this.arn
}

output "container_definitions" {
  description = "The same as JSON."
  value       = aws_ecs_task_definition.this.container_definitions
}

output "role_name" {
  description = "The role of the service itself."
  value       = aws_iam_role.task.name
}

output "service_name" {
  description = "Its name in the cluster."
  value       = aws_ecs_service.this.name
}

output "log_group" {
  description = "Where it logs."
  value       = aws_cloudwatch_log_group.this.name
}
