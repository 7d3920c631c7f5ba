output "state_bucket" {
  description = "For -backend-config."
  value       = module.state.id
}

output "state_key_arn" {
  description = "For -backend-config."
  value       = aws_kms_key.state.arn
}

output "image_repository" {
  description = "For `image_repository` of the root module."
  value       = aws_ecr_repository.this.repository_url
}

output "deploy_roles" {
  description = "The role of each environment's jobs, for the repository's variables."
  value       = { for name, role in aws_iam_role.deploy : name => role.arn }
}

output "push_role" {
  description = "The role of the job that pushes images."
  value       = aws_iam_role.push.arn
}

output "boundary_arn" {
  description = "For `permissions_boundary` of the root module: what no role of an environment can go beyond."
  value       = aws_iam_policy.boundary.arn
}
