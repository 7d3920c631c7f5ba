# What differs between environments, and has no default that suits everybody. Sizes: variables-sizes.tf.

variable "environment" {
  description = "Which one it is; names begin with firedrill-ENVIRONMENT."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,12}[a-z0-9]$", var.environment))
    error_message = "environment must be 3 to 14 lower-case letters, digits and hyphens, such as staging."
  }
}

variable "account_id" {
  description = "The account that this may be applied to; null for whichever the credentials are of."
  type        = string
  default     = null

  validation {
    condition     = var.account_id == null || can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be 12 digits."
  }
}

variable "region" {
  description = "Where everything is."
  type        = string
  default     = "eu-central-1"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the name of a region, such as eu-central-1, and not of a zone."
  }
}

variable "domain" {
  description = "The environment's domain; www., api., grafana., prometheus. and jaeger. are put before it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "domain must be a domain without a scheme or a path, such as staging.example.com."
  }
}

variable "zone_name" {
  description = "The public Route 53 zone that the domain is in."
  type        = string
  nullable    = false
}

variable "image_repository" {
  description = "Where the image is, without a tag: the output of bootstrap."
  type        = string
  nullable    = false

  validation {
    condition     = !can(regex(":[^/]*$", var.image_repository)) && !strcontains(var.image_repository, "@")
    error_message = "image_repository must be without a tag: image_tag says which version runs."
  }
}

variable "image_tag" {
  description = "The version that runs."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$", var.image_tag)) && var.image_tag != "latest"
    error_message = "image_tag must be a version, and not `latest`: what runs must be the same tomorrow."
  }
}

variable "image_tags" {
  description = "Services that run another version than the rest: `{ pizza-service = \"1.2.3\" }` updates that one alone."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for service in keys(var.image_tags) : contains(local.service_names, service)])
    error_message = "image_tags may name ui, pizza-service, position-tracker, position-simulator, pokedex-api and loadgen."
  }
  validation {
    condition     = alltrue([for tag in values(var.image_tags) : can(regex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$", tag)) && tag != "latest"])
    error_message = "image_tags must be versions, and not `latest`."
  }
}

variable "services" {
  description = "Which services run. The first apply has none: their users in the database are made after it."
  type        = set(string)
  default     = ["ui", "pizza-service", "position-tracker", "position-simulator", "pokedex-api", "loadgen"]
  nullable    = false

  validation {
    condition     = length(setsubtract(var.services, local.service_names)) == 0
    error_message = "services may name ui, pizza-service, position-tracker, position-simulator, pokedex-api and loadgen."
  }
}

variable "faults" {
  description = "Whether the company can be broken on purpose. Off, services have no token, and /faults answers 404."
  type        = bool
  default     = false
  nullable    = false
}

variable "baseline" {
  description = "Orders that the everyday customers place."
  type        = string
  default     = "10000/h"
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]+(\\.[0-9]+)?/(s|m|h)$", var.baseline))
    error_message = "baseline must be a rate such as 10000/h; 0/h for no customers."
  }
}

variable "page_emails" {
  description = "Who is woken by a page."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.page_emails) > 0
    error_message = "page_emails must name somebody: an alert that nobody hears is none."
  }
}

variable "ticket_emails" {
  description = "Who gets tickets."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "allowed_cidrs" {
  description = "Who may reach the balancer; everybody, unless it is narrowed."
  type        = set(string)
  default     = ["0.0.0.0/0"]
  nullable    = false
}

variable "oidc" {
  description = "The identity provider that people sign in with to see Grafana, Prometheus and Jaeger; null for a Cognito user pool of the environment's own."
  type = object({
    issuer                 = string
    authorization_endpoint = string
    token_endpoint         = string
    user_info_endpoint     = string
    client_id              = string
    client_secret          = string
  })
  default   = null
  sensitive = true

  validation {
    condition = var.oidc == null || try(alltrue([
      for url in [var.oidc.issuer, var.oidc.authorization_endpoint, var.oidc.token_endpoint, var.oidc.user_info_endpoint] : startswith(url, "https://")
    ]), false)
    error_message = "All four addresses of oidc must begin with https://."
  }
}

variable "monitoring_source" {
  description = "The folder with prometheus.yml, alertmanager.yml and rules/; null for the repository's own at stock speed. `firedrill rules --speed demo --out DIR` writes one at demo speed."
  type        = string
  default     = null
}

variable "deletion_protection" {
  description = "Whether what holds data refuses to be deleted. Set it to false and apply before `destroy`."
  type        = bool
  default     = true
  nullable    = false
}

variable "permissions_boundary" {
  description = "What no role made here can go beyond: the output boundary_arn of bootstrap. Deployments by GitHub need it."
  type        = string
  default     = null
}

variable "secrets_version" {
  description = "Raise it to make the passwords and tokens anew."
  type        = number
  default     = 1
  nullable    = false
}
