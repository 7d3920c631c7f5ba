variable "platform" {
  description = "Where it is; see the service module."
  type = object({
    name               = string
    region             = string
    account            = string
    vpc_id             = string
    subnet_ids         = list(string)
    cluster_arn        = string
    cluster_name       = string
    namespace_id       = string
    kms_key_arn        = string
    log_retention_days = number
    architecture       = string
    boundary_arn       = optional(string)
  })
  nullable = false
}

variable "namespace" {
  description = "The domain that services are found under."
  type        = string
  nullable    = false
}

variable "capacity_provider" {
  description = "The machine with the disk."
  type        = string
  nullable    = false
}

variable "folder" {
  description = "Where the disk is on that machine."
  type        = string
  nullable    = false
}

variable "source_dir" {
  description = "The folder with prometheus.yml, alertmanager.yml, rules/ and templates/: the repository's own, or what `firedrill rules --out` wrote."
  type        = string
  nullable    = false

  validation {
    condition     = fileexists("${var.source_dir}/prometheus.yml") && fileexists("${var.source_dir}/alertmanager.yml") && length(fileset(var.source_dir, "rules/*.yml")) > 0
    error_message = "source_dir must hold prometheus.yml, alertmanager.yml and rules/*.yml: the folder prometheus/ of the repository, or one that `firedrill rules --out` wrote."
  }
}

variable "grafana_dir" {
  description = "The folder with provisioning/ and dashboards/."
  type        = string
  nullable    = false
}

variable "targets" {
  description = "The telemetry port of each service."
  type        = map(number)
  nullable    = false
}

variable "images" {
  description = "What runs, each with its tag."
  type = object({
    prometheus    = string
    alertmanager  = string
    grafana       = string
    jaeger        = string
    node_exporter = string
    cadvisor      = string
    aws_cli       = string
  })
  nullable = false
}

variable "retention" {
  description = "How long samples and traces are kept: days, and GiB of samples."
  type = object({
    days        = optional(number, 15)
    samples_gib = optional(number, 20)
    trace_hours = optional(number, 72)
  })
  default  = {}
  nullable = false
}

variable "managed_prometheus" {
  description = "Whether samples are also written to an Amazon Managed Prometheus workspace, which outgrows one machine."
  type        = bool
  default     = false
  nullable    = false
}

variable "page_emails" {
  description = "Who is woken."
  type        = set(string)
  nullable    = false

  validation {
    condition     = alltrue([for address in var.page_emails : can(regex("^[^@[:space:]]+@[^@[:space:]]+\\.[^@[:space:]]+$", address))])
    error_message = "page_emails must be mail addresses, such as on-call@example.com."
  }
}

variable "ticket_emails" {
  description = "Who reads it in the morning."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for address in var.ticket_emails : can(regex("^[^@[:space:]]+@[^@[:space:]]+\\.[^@[:space:]]+$", address))])
    error_message = "ticket_emails must be mail addresses, such as team@example.com."
  }
}

variable "routes" {
  description = "The hosts that people see Grafana, Prometheus and Jaeger under, and the balancer that they come by."
  type = object({
    listener_arn    = string
    balancer_suffix = string
    domain          = string
  })
  nullable = false
}

variable "login" {
  description = "Who asks who they are; see the service module."
  type        = any
  nullable    = false
  sensitive   = true
}

variable "secret_recovery_days" {
  description = "How long a deleted secret can be brought back; 0 to delete it at once."
  type        = number
  nullable    = false
}

variable "keep" {
  description = "Whether the bucket of the configuration refuses to be deleted with what is in it."
  type        = bool
  default     = true
  nullable    = false
}
