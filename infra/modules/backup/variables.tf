variable "name" {
  description = "What everything here is called, such as firedrill-production."
  type        = string
  nullable    = false
}

variable "account" {
  description = "The account."
  type        = string
  nullable    = false
}

variable "resources" {
  description = "What is backed up, by ARN."
  type        = map(string)
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key of the vault in the first region."
  type        = string
  nullable    = false
}

variable "topic_arn" {
  description = "Who is told when a backup fails."
  type        = string
  nullable    = false
}

variable "keep" {
  description = "Days that daily and weekly backups are kept."
  type = object({
    daily_days  = optional(number, 14)
    weekly_days = optional(number, 90)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.keep.daily_days >= 7 && var.keep.weekly_days >= var.keep.daily_days
    error_message = "keep.daily_days must be at least 7, and keep.weekly_days not below it."
  }
}

variable "lock" {
  description = "`governance`: who has the permission may still delete backups. `compliance`: after three days nobody can, not even AWS, until they are past their time. `none`: no lock."
  type        = string
  default     = "governance"
  nullable    = false

  validation {
    condition     = contains(["none", "governance", "compliance"], var.lock)
    error_message = "lock must be \"none\", \"governance\" or \"compliance\"."
  }
}

variable "region" {
  description = "The first region."
  type        = string
  nullable    = false
}

variable "replica_region" {
  description = "The second region, where every backup is copied; null for no copies."
  type        = string
  default     = null

  validation {
    condition     = var.replica_region != var.region
    error_message = "replica_region must be another region than the first: a copy beside the original is lost with it."
  }
}

variable "force_destroy" {
  description = "Whether the vaults are deleted with the backups in them."
  type        = bool
  default     = false
  nullable    = false
}

variable "boundary_arn" {
  description = "What the roles made here cannot go beyond; null for no boundary."
  type        = string
  default     = null
}
