# Who may look at Grafana, Prometheus and Jaeger, where no identity provider is given: people that an
# administrator has added here, with a second factor.

resource "aws_cognito_user_pool" "this" {
  count = var.create_user_pool ? 1 : 0

  name                     = var.name
  deletion_protection      = var.deletion_protection ? "ACTIVE" : "INACTIVE"
  mfa_configuration        = "ON"
  username_attributes      = ["email"]
  auto_verified_attributes = ["email"]

  admin_create_user_config {
    allow_admin_create_user_only = true
  }

  software_token_mfa_configuration {
    enabled = true
  }

  password_policy {
    minimum_length                   = 14
    require_lowercase                = true
    require_uppercase                = true
    require_numbers                  = true
    require_symbols                  = true
    temporary_password_validity_days = 3
  }

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }
}

resource "random_id" "login" {
  count = var.create_user_pool ? 1 : 0

  byte_length = 4
}

# A prefix of Amazon's own domain, which all accounts share.
resource "aws_cognito_user_pool_domain" "this" {
  count = var.create_user_pool ? 1 : 0

  domain       = "${var.name}-${random_id.login[0].hex}"
  user_pool_id = aws_cognito_user_pool.this[0].id
}

resource "aws_cognito_user_pool_client" "balancer" {
  count = var.create_user_pool ? 1 : 0

  name                                 = "balancer"
  user_pool_id                         = aws_cognito_user_pool.this[0].id
  generate_secret                      = true
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["code"]
  allowed_oauth_scopes                 = ["openid"]
  supported_identity_providers         = ["COGNITO"]
  prevent_user_existence_errors        = "ENABLED"
  callback_urls                        = [for host in sort(tolist(var.login_hosts)) : "https://${host}.${var.domain}/oauth2/idpresponse"]
}
