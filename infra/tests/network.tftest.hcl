# The shape of the network: two zones and three, one way out and one a zone, endpoints on and off.

mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  name        = "firedrill-test"
  region      = "eu-central-1"
  domain      = "firedrill-test.internal"
  kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
}

run "two_zones" {
  command = plan
  module { source = "./modules/network" }

  assert {
    condition     = aws_vpc.this.cidr_block == "10.0.0.0/16" && aws_vpc.this.enable_dns_hostnames && aws_vpc.this.enable_dns_support
    error_message = "The network is 10.0.0.0/16 and resolves names."
  }
  assert {
    condition     = { for zone, subnet in aws_subnet.private : zone => subnet.cidr_block } == { a = "10.0.1.0/24", b = "10.0.2.0/24" }
    error_message = "Private subnets are 10.0.1.0/24 and 10.0.2.0/24."
  }
  assert {
    condition     = { for zone, subnet in aws_subnet.public : zone => subnet.cidr_block } == { a = "10.0.11.0/24", b = "10.0.22.0/24" }
    error_message = "Public subnets are 10.0.11.0/24 and 10.0.22.0/24."
  }
  assert {
    condition     = { for zone, subnet in aws_subnet.private : zone => subnet.availability_zone } == { a = "eu-central-1a", b = "eu-central-1b" }
    error_message = "Each private subnet is in its own zone."
  }
  assert {
    condition     = !anytrue([for subnet in concat(values(aws_subnet.private), values(aws_subnet.public)) : subnet.map_public_ip_on_launch])
    error_message = "Nothing gets a public address by itself."
  }
  assert {
    condition     = toset(keys(aws_nat_gateway.this)) == toset(["a", "b"])
    error_message = "Each zone has its own NAT gateway, unless told otherwise."
  }
  assert {
    condition     = alltrue([for route in aws_route.nat : route.gateway_id == null && route.destination_cidr_block == "0.0.0.0/0"]) && length(aws_route.nat) == 2
    error_message = "Private subnets go out by NAT, never by the internet gateway."
  }
  assert {
    condition     = aws_flow_log.this.traffic_type == "ALL" && aws_cloudwatch_log_group.flow.kms_key_id == var.kms_key_arn
    error_message = "All traffic is logged, encrypted."
  }
  assert {
    condition     = aws_vpc_dhcp_options.this.domain_name == "firedrill-test.internal"
    error_message = "Short names are looked for in the domain of the services."
  }
  assert {
    condition = alltrue([
      for rule in aws_network_acl_rule.private : rule.egress || rule.cidr_block == "10.0.0.0/16" || rule.from_port >= 32768
    ])
    error_message = "Private subnets take nothing from outside but answers."
  }
  assert {
    condition = alltrue([
      for rule in aws_network_acl_rule.public : rule.egress || rule.cidr_block == "10.0.0.0/16" || contains([80, 443], rule.from_port) || rule.from_port >= 1024
    ])
    error_message = "Public subnets take nothing from outside but 80, 443 and answers."
  }
  assert {
    condition     = length(aws_vpc_endpoint.s3) == 1 && length(aws_vpc_endpoint.interface) == 0 && length(aws_security_group.endpoints) == 0
    error_message = "Unless told otherwise there is the endpoint that costs nothing, and no other."
  }
  assert {
    condition = alltrue(flatten([for statement in data.aws_iam_policy_document.flow.statement : [
      for resource in statement.resources : startswith(resource, "arn:aws:logs:")
    ]]))
    error_message = "Flow logs may write to their own log group only."
  }
}

run "three_zones_one_way_out" {
  command = plan
  module { source = "./modules/network" }

  variables {
    nat       = "one"
    endpoints = ["s3", "ecr.api", "ecr.dkr", "logs", "secretsmanager"]
    zones = {
      a = { private = "10.0.1.0/24", public = "10.0.11.0/24" }
      b = { private = "10.0.2.0/24", public = "10.0.22.0/24" }
      c = { private = "10.0.3.0/24", public = "10.0.33.0/24" }
    }
  }

  assert {
    condition     = length(aws_subnet.private) == 3 && length(aws_subnet.public) == 3 && aws_subnet.private["c"].availability_zone == "eu-central-1c"
    error_message = "A third line is a third zone."
  }
  assert {
    condition     = keys(aws_nat_gateway.this) == ["a"] && length(aws_route.nat) == 3
    error_message = "`one` is one NAT gateway, which all zones go out by."
  }
  assert {
    condition     = toset(keys(aws_vpc_endpoint.interface)) == toset(["ecr.api", "ecr.dkr", "logs", "secretsmanager"])
    error_message = "Each endpoint that is asked for is there."
  }
  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.private_dns_enabled])
    error_message = "Endpoints answer under the names of the services."
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.endpoints[0].cidr_ipv4 == "10.0.0.0/16" && aws_vpc_security_group_ingress_rule.endpoints[0].to_port == 443
    error_message = "Endpoints are open to the network alone."
  }
}

run "one_zone_is_refused" {
  command = plan
  module { source = "./modules/network" }
  variables {
    zones = { a = { private = "10.0.1.0/24", public = "10.0.11.0/24" } }
  }
  expect_failures = [var.zones]
}

run "the_same_subnet_twice_is_refused" {
  command = plan
  module { source = "./modules/network" }
  variables {
    zones = {
      a = { private = "10.0.1.0/24", public = "10.0.11.0/24" }
      b = { private = "10.0.1.0/24", public = "10.0.22.0/24" }
    }
  }
  expect_failures = [var.zones]
}

run "no_way_out_is_refused" {
  command = plan
  module { source = "./modules/network" }
  variables {
    nat = "none"
  }
  expect_failures = [var.nat]
}

run "an_unknown_endpoint_is_refused" {
  command = plan
  module { source = "./modules/network" }
  variables {
    endpoints = ["s3", "dynamo"]
  }
  expect_failures = [var.endpoints]
}
