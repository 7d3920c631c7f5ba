variable "name" {
  description = "What the cluster is called, such as firedrill-staging."
  type        = string
  nullable    = false
}

variable "vpc_id" {
  description = "The network."
  type        = string
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key for what is stored here."
  type        = string
  nullable    = false
}

variable "log_retention_days" {
  description = "How long logs are kept."
  type        = number
  nullable    = false
}

variable "architecture" {
  description = "arm64 or x86_64."
  type        = string
  nullable    = false
}

variable "workers" {
  description = "The machines of the company: their type, their number, where."
  type = object({
    instance_type = string
    min           = number
    max           = number
    desired       = number
    subnet_ids    = list(string)
  })
  nullable = false
}

variable "monitoring" {
  description = "The machine of the monitoring, and its disk. Its zone is the disk's."
  type = object({
    instance_type = string
    subnet_id     = string
    zone          = string
    disk_gib      = number
    folders       = map(number)
  })
  nullable = false

  validation {
    condition     = var.monitoring.disk_gib >= 20
    error_message = "monitoring.disk_gib must be at least 20: Prometheus and Jaeger keep two weeks on it."
  }
}

variable "namespace" {
  description = "The domain that services are found under, within the network."
  type        = string
  nullable    = false
}

variable "boundary_arn" {
  description = "What the roles made here cannot go beyond; null for no boundary."
  type        = string
  default     = null
}
