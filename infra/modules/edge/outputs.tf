output "listener_arn" {
  description = "Where services add their routes."
  value       = aws_lb_listener.https.arn
}

output "balancer_suffix" {
  description = "What metrics know the balancer by."
  value       = aws_lb.this.arn_suffix
}

output "balancer_dns_name" {
  description = "The balancer's own name."
  value       = aws_lb.this.dns_name
}

output "security_group_id" {
  description = "The balancer's group."
  value       = aws_security_group.this.id
}

output "cognito" {
  description = "Where people sign in; null without a user pool."
  value = var.create_user_pool ? {
    user_pool_arn       = aws_cognito_user_pool.this[0].arn
    user_pool_client_id = aws_cognito_user_pool_client.balancer[0].id
    user_pool_domain    = aws_cognito_user_pool_domain.this[0].domain
  } : null
}

output "user_pool_id" {
  description = "For adding people; null without a user pool."
  value       = one(aws_cognito_user_pool.this[*].id)
}
