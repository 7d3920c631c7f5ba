output "instance_id" {
  description = "What Session Manager is told."
  value       = aws_instance.this.id
}

output "security_group_id" {
  description = "Its group."
  value       = aws_security_group.this.id
}
