mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  image_repository = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/firedrill"
  image_tag        = "1.0.0"
}

run "staging" {
  command = plan

  assert {
    condition     = length(output.services) == 6
    error_message = "six services run"
  }
}
