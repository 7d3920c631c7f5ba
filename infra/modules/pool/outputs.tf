output "capacity_provider" {
  description = "What services name to run here."
  value       = aws_ecs_capacity_provider.this.name
}

output "security_group_id" {
  description = "The machines' group."
  value       = aws_security_group.this.id
}

output "autoscaling_group_name" {
  description = "The group of machines."
  value       = aws_autoscaling_group.this.name
}
