output "vault_name" {
  description = "Where the backups are."
  value       = aws_backup_vault.this.name
}

output "replica_vault_arn" {
  description = "Where their copies are; null without."
  value       = one(aws_backup_vault.replica[*].arn)
}

output "role_arn" {
  description = "The role that makes and restores them."
  value       = aws_iam_role.this.arn
}
