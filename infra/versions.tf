terraform {
  required_version = ">= 1.11"

  required_providers {
    random = {
      source  = "hashicorp/random"
      version = "~> 3.7"
    }
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

# Where the state is, is said by scripts/init.sh.
terraform {
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region
  # A plan for one account is never applied to another.
  allowed_account_ids = var.account_id == null ? null : [var.account_id]

  default_tags {
    tags = { Project = "firedrill", Environment = var.environment, ManagedBy = "terraform" }
  }
}
