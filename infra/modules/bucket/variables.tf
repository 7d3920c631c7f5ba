variable "name" {
  description = "The bucket's name. Either this or name_prefix."
  type        = string
  default     = null

  validation {
    condition     = (var.name == null) != (var.name_prefix == null)
    error_message = "Say either name or name_prefix."
  }
}

variable "name_prefix" {
  description = "What its name begins with; AWS makes up the rest."
  type        = string
  default     = null
}

variable "keep" {
  description = "Whether it stays where it is still in use: it is not destroyed as long as it has objects."
  type        = bool
  nullable    = false
}

variable "kms_key_arn" {
  description = "The key it is encrypted with. Without one it is S3's own, for the services that can write with no other."
  type        = string
  default     = null
}

variable "forget_after_days" {
  description = "How old an object may become. Without it, objects stay."
  type        = number
  default     = null
}

variable "old_versions" {
  description = "How long a version stays that is no longer the newest, and how many stay beyond that."
  type = object({
    days = number
    keep = optional(number)
  })
  nullable = false
}

variable "policy_documents" {
  description = "What others may do in it, as policy documents."
  type        = list(string)
  default     = []
  nullable    = false
}
