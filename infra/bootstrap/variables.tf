variable "name" {
  description = "The project: the beginning of every name here."
  type        = string
  default     = "firedrill"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,19}$", var.name))
    error_message = "name must be 3 to 20 lower-case letters, digits and hyphens, such as firedrill."
  }
}

variable "region" {
  description = "Where the state and the images are."
  type        = string
  default     = "eu-central-1"
  nullable    = false
}

variable "regions" {
  description = "The regions that environments are in, and their backups."
  type        = list(string)
  default     = ["eu-central-1", "eu-west-1"]
  nullable    = false
}

variable "github_repository" {
  description = "OWNER/NAME of the repository whose workflows may deploy."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github_repository))
    error_message = "github_repository must be OWNER/NAME, without wildcards: whoever it names may deploy."
  }
}

variable "environments" {
  description = "Environments of the repository, each with a role of its own that only its jobs may take."
  type        = set(string)
  default     = ["staging", "production"]
  nullable    = false

  validation {
    condition     = alltrue([for name in var.environments : can(regex("^[a-z][a-z0-9-]*$", name))])
    error_message = "environments must be lower-case names without wildcards, such as staging."
  }
}

variable "create_oidc_provider" {
  description = "Whether GitHub is made known to the account. An account knows it once: false where another project did it."
  type        = bool
  default     = true
  nullable    = false
}

variable "images_kept" {
  description = "How many released images are kept."
  type        = number
  default     = 50
  nullable    = false

  validation {
    condition     = var.images_kept >= 5
    error_message = "images_kept must be at least 5: a rollback needs the one before."
  }
}

variable "protect_state" {
  description = "Whether the state's bucket refuses to be deleted with what is in it. Set it to false, apply, and destroy to go back to nothing."
  type        = bool
  default     = true
  nullable    = false
}
