output "database_group" {
  description = "Postgres's security group."
  value       = aws_security_group.database.id
}

output "queue_group" {
  description = "RabbitMQ's security group."
  value       = aws_security_group.queue.id
}

output "setup_group" {
  description = "The security group of the task that makes the users."
  value       = aws_security_group.setup.id
}

output "setup_task" {
  description = "The task that makes the users."
  value       = aws_ecs_task_definition.setup.arn
}

output "database_arn" {
  description = "For backups."
  value       = aws_db_instance.this.arn
}

output "database_identifier" {
  description = "For alarms, and for the restore drill."
  value       = aws_db_instance.this.identifier
}

output "postgres_urls" {
  description = "The secret with POSTGRES_URL, by service."
  value       = { for user, secret in aws_secretsmanager_secret.database : user => secret.arn }
  depends_on  = [aws_secretsmanager_secret_version.database]
}

output "amqp_url" {
  description = "The secret with AMQP_URL."
  value       = aws_secretsmanager_secret.queue.arn
  depends_on  = [aws_secretsmanager_secret_version.queue]
}

output "tokens" {
  description = "The secrets of the tokens, by their setting's name."
  value       = { for name, secret in aws_secretsmanager_secret.token : name => secret.arn }
  depends_on  = [aws_secretsmanager_secret_version.token]
}

output "setup_log_group" {
  description = "Where that task logs."
  value       = aws_cloudwatch_log_group.setup.name
}

output "database_subnet_group" {
  description = "Where the database may be."
  value       = aws_db_subnet_group.this.name
}

output "database_parameter_group" {
  description = "The database's parameters."
  value       = aws_db_parameter_group.this.name
}

output "broker_id" {
  description = "What AWS names the broker's own log groups by."
  value       = aws_mq_broker.this.id
}
