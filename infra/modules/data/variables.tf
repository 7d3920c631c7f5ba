variable "name" {
  description = "What everything here is called, such as firedrill-staging."
  type        = string
  nullable    = false
}

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

variable "database" {
  description = "Postgres: the machine, its disk, and how much it survives."
  type = object({
    instance_class  = string
    storage_gib     = optional(number, 20)
    max_storage_gib = optional(number, 100)
    multi_az        = optional(bool, true)
    backup_days     = optional(number, 14)
    engine_version  = optional(string, "17")
  })
  nullable = false

  validation {
    condition     = var.database.backup_days >= 1 && var.database.backup_days <= 35
    error_message = "database.backup_days must be 1 to 35: without automated backups there is no recovery to a point in time."
  }
  validation {
    condition     = var.database.storage_gib >= 20 && var.database.max_storage_gib >= var.database.storage_gib
    error_message = "database.storage_gib must be at least 20, and max_storage_gib not below it."
  }
}

variable "queue" {
  description = "RabbitMQ: the machine, and whether there are three in three zones."
  type = object({
    instance_type  = string
    cluster        = optional(bool, true)
    engine_version = optional(string, "3.13")
  })
  nullable = false
}

variable "database_users" {
  description = "Services that have a user and a schema of their own in the database."
  type        = set(string)
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether the database refuses to be deleted, and leaves a last snapshot when it is."
  type        = bool
  default     = true
  nullable    = false
}

variable "setup_image" {
  description = "An image with psql, for the task that makes the users."
  type        = string
  nullable    = false
}

variable "secrets_version" {
  description = "Raise it to make all passwords and tokens anew."
  type        = number
  default     = 1
  nullable    = false
}

variable "secret_recovery_days" {
  description = "How long a deleted secret can be brought back; 0 to delete it at once."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.secret_recovery_days == 0 || (var.secret_recovery_days >= 7 && var.secret_recovery_days <= 30)
    error_message = "secret_recovery_days must be 0, or 7 to 30."
  }
}

variable "tokens" {
  description = "Bearer tokens to make, by their setting's name, such as FAULTS_TOKEN."
  type        = set(string)
  nullable    = false
}
