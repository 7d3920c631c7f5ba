variable "name" {
  description = "What everything here is called, such as firedrill-staging."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.name) <= 32
    error_message = "name must be 32 characters at most: a load balancer takes no more."
  }
}

variable "vpc_id" {
  description = "The network."
  type        = string
  nullable    = false
}

variable "public_subnet_ids" {
  description = "Where the load balancer is, a subnet a zone."
  type        = list(string)
  nullable    = false
}

variable "domain" {
  description = "The domain of the environment, such as staging.example.com. A public Route 53 zone must exist for `zone_name`."
  type        = string
  nullable    = false
}

variable "zone_name" {
  description = "The public Route 53 zone that the domain is in."
  type        = string
  nullable    = false

  validation {
    condition     = var.domain == var.zone_name || endswith(var.domain, ".${var.zone_name}")
    error_message = "domain must be zone_name itself or end in it: the records would be in nobody's zone."
  }
}

variable "hosts" {
  description = "The names in front of the domain that the balancer answers to."
  type        = set(string)
  nullable    = false
}

variable "allowed_cidrs" {
  description = "Who may reach the balancer."
  type        = set(string)
  default     = ["0.0.0.0/0"]
  nullable    = false

  validation {
    condition     = length(var.allowed_cidrs) > 0 && alltrue([for cidr in var.allowed_cidrs : can(cidrnetmask(cidr))])
    error_message = "allowed_cidrs must be IPv4 networks, such as 203.0.113.0/24; 0.0.0.0/0 for everybody."
  }
}

variable "requests_in_five_minutes" {
  description = "Requests that one address may send in five minutes; one more is refused."
  type        = number
  default     = 2000
  nullable    = false

  validation {
    condition     = var.requests_in_five_minutes >= 100
    error_message = "requests_in_five_minutes must be at least 100."
  }
}

variable "create_user_pool" {
  description = "Whether people sign in by a Cognito user pool of the environment's own."
  type        = bool
  nullable    = false
}

variable "login_hosts" {
  description = "Which of `hosts` ask for a name and a password."
  type        = set(string)
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether the balancer and the user pool refuse to be deleted, and the access logs to be lost."
  type        = bool
  default     = true
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key that the firewall's log is encrypted with."
  type        = string
  nullable    = false
}

variable "log_retention_days" {
  description = "How long access logs are kept."
  type        = number
  nullable    = false
}
