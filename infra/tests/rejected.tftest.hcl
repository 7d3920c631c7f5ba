# What does not hold together is refused, with a message that says what would. Run with
# -var-file=staging.tfvars.

mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  image_repository = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/firedrill"
  image_tag        = "1.0.0"
}

# All at once, because each run plans everything: every one of them must be refused for itself.
run "nonsense_is_refused" {
  command = plan

  variables {
    environment        = "Staging"
    region             = "eu-central-1a"
    domain             = "https://staging.example.com"
    image_tag          = "latest"
    image_repository   = "example/firedrill:1.0.0"
    image_tags         = { pizza = "1.0.0" }
    services           = ["pizza-service", "bakery"]
    baseline           = "10000"
    page_emails        = []
    copies             = { position-simulator = { min = 1, max = 2 } }
    monitoring         = { disk_gib = 20, samples_gib = 20 }
    log_retention_days = 42
    account_id         = "12345"
    oidc               = { issuer = "http://id.example.com", authorization_endpoint = "https://id.example.com/a", token_endpoint = "https://id.example.com/t", user_info_endpoint = "https://id.example.com/u", client_id = "x", client_secret = "x" }
  }

  expect_failures = [
    var.environment,
    var.region,
    var.domain,
    var.image_tag,
    var.image_repository,
    var.image_tags,
    var.services,
    var.baseline,
    var.page_emails,
    var.copies,
    var.monitoring,
    var.log_retention_days,
    var.account_id,
    var.oidc,
  ]
}
