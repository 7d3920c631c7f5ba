variable "name" {
  description = "What everything here is called, such as firedrill-staging."
  type        = string
  nullable    = false
}

variable "region" {
  description = "The region whose zones `zones` names."
  type        = string
  nullable    = false
}

variable "cidr" {
  description = "The addresses of the whole network."
  type        = string
  default     = "10.0.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrnetmask(var.cidr)) && try(tonumber(split("/", var.cidr)[1]) <= 24, false)
    error_message = "cidr must be an IPv4 network of at least 256 addresses, such as 10.0.0.0/16."
  }
}

variable "zones" {
  description = "The zones by their letter, each with its private and its public subnet. A third zone is a third line."
  type = map(object({
    private = string
    public  = string
  }))
  default = {
    a = { private = "10.0.1.0/24", public = "10.0.11.0/24" }
    b = { private = "10.0.2.0/24", public = "10.0.22.0/24" }
  }
  nullable = false

  validation {
    condition     = length(var.zones) >= 2
    error_message = "zones must name at least two zones: a load balancer and a database that survive the loss of one need two."
  }
  validation {
    condition     = alltrue([for letter in keys(var.zones) : can(regex("^[a-f]$", letter))])
    error_message = "zones must be keyed by the zone's letter, a to f: a third zone is `c = { private = …, public = … }`."
  }
  validation {
    condition     = alltrue([for zone in values(var.zones) : can(cidrnetmask(zone.private)) && can(cidrnetmask(zone.public))])
    error_message = "Each zone needs two IPv4 networks, such as private = \"10.0.3.0/24\", public = \"10.0.33.0/24\"."
  }
  validation {
    condition     = length(distinct(flatten([for zone in values(var.zones) : [zone.private, zone.public]]))) == 2 * length(var.zones)
    error_message = "No two subnets may have the same addresses."
  }
}

variable "nat" {
  description = "`per-zone`: a NAT gateway a zone, none of which the others depend on. `one`: a single one, at a third of the cost or less, and nothing leaves the network while its zone is away."
  type        = string
  default     = "per-zone"
  nullable    = false

  validation {
    condition     = contains(["one", "per-zone"], var.nat)
    error_message = "nat must be \"one\" or \"per-zone\"."
  }
}

variable "endpoints" {
  description = "AWS services that are reached without the internet. `s3` is a gateway and costs nothing; each other one is an interface a zone, and is paid by the hour."
  type        = set(string)
  default     = ["s3"]
  nullable    = false

  validation {
    condition = length(setsubtract(var.endpoints, [
      "s3", "ecr.api", "ecr.dkr", "logs", "secretsmanager", "sns", "ssm", "ssmmessages", "ec2messages",
      "ecs", "ecs-agent", "ecs-telemetry", "monitoring",
    ])) == 0
    error_message = "endpoints may name s3, ecr.api, ecr.dkr, logs, secretsmanager, sns, ssm, ssmmessages, ec2messages, ecs, ecs-agent, ecs-telemetry and monitoring."
  }
}

variable "domain" {
  description = "The search domain of everything in the network: with it `pizza-service` is pizza-service.DOMAIN, and addresses are written as in compose.yaml."
  type        = string
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key that flow logs are encrypted with."
  type        = string
  nullable    = false
}

variable "log_retention_days" {
  description = "How long flow logs are kept."
  type        = number
  default     = 365
  nullable    = false
}

variable "boundary_arn" {
  description = "What the roles made here cannot go beyond; null for no boundary."
  type        = string
  default     = null
}
