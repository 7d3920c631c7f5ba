# The shape that survives, from production.tfvars. Run with -var-file=production.tfvars.

mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

# The mocked certificate proves another domain.
override_resource {
  target          = module.edge.aws_acm_certificate.this
  override_during = plan
  values = {
    arn = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
    domain_validation_options = [{
      domain_name           = "example.com"
      resource_record_name  = "_proof.example.com."
      resource_record_type  = "CNAME"
      resource_record_value = "_proof.acm-validations.aws."
    }]
  }
}

variables {
  image_repository = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/firedrill"
  image_tag        = "1.0.0"
}

run "production" {
  command = plan

  assert {
    condition     = length(output.drill.subnets) == 3
    error_message = "Production is in three zones."
  }
  assert {
    condition     = var.deletion_protection && !var.faults
    error_message = "Production is protected, and nothing can be broken on purpose."
  }
  assert {
    condition     = var.database.multi_az && var.queue.cluster && var.nat == "per-zone"
    error_message = "The database, the queue and the way out survive the loss of a zone."
  }
  assert {
    condition     = var.backups.lock == "compliance" && var.backups.replica_region != var.region && var.database.backup_days == 35
    error_message = "Backups are locked, and copied to another region."
  }
  assert {
    condition = alltrue([for name, service in module.service : alltrue([for container in jsondecode(service.container_definitions) :
      length(setintersection([for secret in container.secrets : secret.name], ["FAULTS_TOKEN", "DRILLS_TOKEN"])) == 0
    ])])
    error_message = "No service of production has a token for faults or drills."
  }
  assert {
    condition     = strcontains(module.observability.config["prometheus/prometheus.yml"], "remote_write")
    error_message = "Samples outlive the machine that they are on."
  }
  assert {
    condition     = toset([for rule in output.boundary : rule.from if rule.to == "database"]) == toset(["pizza-service", "position-tracker", "position-simulator", "pokedex-api", "database-setup"])
    error_message = "The database is reached by the same as in staging."
  }
}
