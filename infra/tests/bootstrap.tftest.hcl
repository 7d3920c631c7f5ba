# What is there before anything is deployed.

mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  github_repository = "example/firedrill"
}

run "bootstrap" {
  command = plan
  module { source = "./bootstrap" }

  assert {
    condition     = module.state.guard.versioned && module.state.guard.kept
    error_message = "States have versions, and are not deleted with their bucket."
  }
  assert {
    condition     = module.state.guard.encryption == "aws:kms" && aws_kms_key.state.enable_key_rotation
    error_message = "States are encrypted, with a key that changes."
  }
  assert {
    condition     = module.state.guard.private
    error_message = "States are not public."
  }
  assert {
    condition     = aws_ecr_repository.this.image_tag_mutability == "IMMUTABLE" && aws_ecr_repository.this.image_scanning_configuration[0].scan_on_push
    error_message = "Tags are not moved, and images are looked through."
  }
  assert {
    condition = { for name, document in data.aws_iam_policy_document.github : name => one(flatten([
      for condition in document.statement[0].condition : condition.values if endswith(condition.variable, ":sub")
      ])) } == {
      production = "repo:example/firedrill:environment:production"
      push       = "repo:example/firedrill:ref:refs/heads/main"
      staging    = "repo:example/firedrill:environment:staging"
    }
    error_message = "Each role is for the jobs of one environment, or of the main branch, and exactly those."
  }
  assert {
    condition = alltrue([for document in data.aws_iam_policy_document.github : alltrue([
      for condition in document.statement[0].condition : condition.test == "StringEquals"
    ])])
    error_message = "Who may take a role is compared, not matched."
  }
  assert {
    condition = !anytrue(flatten([for document in concat(
      values(data.aws_iam_policy_document.deploy), values(data.aws_iam_policy_document.roles),
      [data.aws_iam_policy_document.push, data.aws_iam_policy_document.boundary],
      ) : [for statement in document.statement : [for action in statement.actions : can(regex("^(\\*|[a-z0-9-]+:\\*)$", action))]]
    ]))
    error_message = "No role may do everything, nor everything of a service."
  }
  assert {
    condition = !anytrue(flatten([for document in concat(values(data.aws_iam_policy_document.deploy), [data.aws_iam_policy_document.boundary]) : [
      for statement in document.statement : [for action in statement.actions : startswith(action, "iam:") || startswith(action, "sts:") || startswith(action, "organizations:")]
    ]]))
    error_message = "Nothing about who may do what, but in the statements about roles."
  }
  assert {
    condition = alltrue(flatten([for document in data.aws_iam_policy_document.roles : [
      for statement in document.statement : alltrue([for resource in statement.resources : resource != "*"])
    ]]))
    error_message = "A deployment changes roles of its own environment only."
  }
  assert {
    condition = alltrue(flatten([for document in data.aws_iam_policy_document.roles : [
      for statement in document.statement : length(statement.condition) == 1 if length(setintersection(statement.actions, ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PassRole"])) > 0
    ]]))
    error_message = "Roles are made within the boundary, and given to services only."
  }
  assert {
    condition     = aws_ecs_account_setting_default.trunking.value == "enabled"
    error_message = "Machines hold more than two tasks."
  }
}

run "a_repository_with_a_star_is_refused" {
  command = plan
  module { source = "./bootstrap" }
  variables {
    github_repository = "example/*"
  }
  expect_failures = [var.github_repository]
}
