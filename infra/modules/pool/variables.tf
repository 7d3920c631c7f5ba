variable "name" {
  description = "What the machines are called, such as firedrill-staging-workers."
  type        = string
  nullable    = false
}

variable "role" {
  description = "What tasks know them by: the attribute `pool`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*$", var.role))
    error_message = "role must be lower-case letters, digits and hyphens, such as workers."
  }
}

variable "cluster_name" {
  description = "The cluster that they join."
  type        = string
  nullable    = false
}

variable "vpc_id" {
  description = "The network."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Where they may be."
  type        = list(string)
  nullable    = false
}

variable "architecture" {
  description = "arm64 or x86_64; it must fit the instance type."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be \"arm64\" or \"x86_64\"."
  }
}

variable "instance_type" {
  description = "The machine. It must take part in ENI trunking, or it holds two tasks."
  type        = string
  default     = "m6g.large"
  nullable    = false

  validation {
    condition     = !startswith(var.instance_type, "t")
    error_message = "instance_type must not be burstable: t types take no part in ENI trunking, so that a machine would hold two tasks, and they throttle in the middle of a drill."
  }
}

variable "size" {
  description = "How many machines: at least, at most, and at first."
  type = object({
    min     = number
    max     = number
    desired = number
  })
  nullable = false

  validation {
    condition     = var.size.min >= 0 && var.size.min <= var.size.desired && var.size.desired <= var.size.max
    error_message = "size must have min <= desired <= max."
  }
}

variable "disk_gib" {
  description = "GiB of each machine's own disk."
  type        = number
  default     = 40
  nullable    = false
}

variable "data_volume" {
  description = "A disk that outlives the machine, with the folders of it that tasks mount and whom they belong to; null for none. A pool with one has a single machine, in the disk's zone."
  type = object({
    id          = string
    arn         = string
    kms_key_arn = string
    mount       = string
    folders     = map(number)
  })
  default = null

  validation {
    condition     = var.data_volume == null || var.size.max <= 1
    error_message = "A pool with a data volume has at most one machine: a disk is attached to one."
  }
}

variable "boundary_arn" {
  description = "What the roles made here cannot go beyond; null for no boundary."
  type        = string
  default     = null
}
