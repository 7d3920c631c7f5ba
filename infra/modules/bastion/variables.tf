variable "name" {
  description = "What it is called, such as firedrill-staging-bastion."
  type        = string
  nullable    = false
}

variable "vpc_id" {
  description = "The network."
  type        = string
  nullable    = false
}

variable "subnet_id" {
  description = "The private subnet that it is in."
  type        = string
  nullable    = false
}

variable "boundary_arn" {
  description = "What the roles made here cannot go beyond; null for no boundary."
  type        = string
  default     = null
}
