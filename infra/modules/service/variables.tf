variable "name" {
  description = "What the service is called: its name in the cluster, in discovery, and of its group."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.name))
    error_message = "name must be 2 to 32 lower-case letters, digits and hyphens, such as pizza-service."
  }
}

variable "platform" {
  description = "What all services share: where they run, and whom they are discovered by."
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

variable "capacity_provider" {
  description = "The machines that it runs on."
  type        = string
  nullable    = false
}

variable "image" {
  description = "The image, with its tag or digest."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[^:@[:space:]]+(:[0-9]+/[^:@[:space:]]+)?(:[^:@[:space:]]+)?(@sha256:[0-9a-f]{64})?$", var.image)) && can(regex("[:@][^/]+$", var.image)) && !strcontains(var.image, ":latest")
    error_message = "image must name a tag or a digest, and not `latest`: what runs must be the same tomorrow."
  }
}

variable "entrypoint" {
  description = "The program, where it is not the image's own."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "command" {
  description = "The program's arguments."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "environment" {
  description = "Settings that are no secrets."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "secrets" {
  description = "Settings that are: the secret in Secrets Manager, by the variable's name."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "ports" {
  description = "The ports that it listens on, by what they are for. Whether anybody reaches them is up to the security groups."
  type        = map(number)
  nullable    = false

  validation {
    condition     = alltrue([for port in values(var.ports) : port >= 1024 && port <= 65535])
    error_message = "ports must be 1024 to 65535: it does not run as root."
  }
}

variable "cpu" {
  description = "Processor time that it is sure of, in 1024ths of one."
  type        = number
  default     = 256
  nullable    = false

  validation {
    condition     = var.cpu >= 128 && var.cpu <= 10240
    error_message = "cpu must be 128 to 10240, in 1024ths of a processor."
  }
}

variable "memory" {
  description = "MiB of memory; one that takes more is ended."
  type        = number
  default     = 512
  nullable    = false

  validation {
    condition     = var.memory >= 64 && var.memory <= 30720
    error_message = "memory must be 64 to 30720, in MiB."
  }
}

variable "user" {
  description = "The user that it runs as, by number. Never root."
  type        = string
  default     = "65532"
  nullable    = false

  validation {
    condition     = can(regex("^[1-9][0-9]*(:[0-9]+)?$", var.user))
    error_message = "user must be a number other than 0, such as 65532: services do not run as root."
  }
}

variable "health_check" {
  description = "How the cluster asks whether it is well; null where the image has no program to ask with."
  type = object({
    command      = list(string)
    interval     = optional(number, 10)
    timeout      = optional(number, 5)
    retries      = optional(number, 3)
    start_period = optional(number, 60)
  })
  default = null
}

variable "drain_seconds" {
  description = "How long it takes to finish what it has begun."
  type        = number
  default     = 10
  nullable    = false
}

variable "stop_timeout" {
  description = "How long it may take to stop before it is killed. Longer than it drains."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.stop_timeout > var.drain_seconds && var.stop_timeout <= 120
    error_message = "stop_timeout must be longer than drain_seconds, or requests are cut off at each update; 120 s is the most."
  }
}

variable "copies" {
  description = "How many run. `alone`: one at most, ever, so that an update stops it before it starts the next. Otherwise updates keep all of them running, and `max` lets them grow."
  type = object({
    min   = optional(number, 1)
    max   = optional(number, 1)
    alone = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.copies.min >= 0 && var.copies.min <= var.copies.max
    error_message = "copies.min must not be above copies.max, nor below 0."
  }
  validation {
    condition     = !var.copies.alone || var.copies.max == 1
    error_message = "A service that runs alone has copies.max = 1."
  }
}

variable "scale_on" {
  description = "What it grows on, where copies.max is above copies.min: percent of the processor, and requests a minute and copy where it has a route."
  type = object({
    cpu_percent       = optional(number, 60)
    requests_a_minute = optional(number, 3000)
  })
  default  = {}
  nullable = false
}

variable "route" {
  description = "What of the load balancer's traffic comes here; null for a service that nobody outside reaches."
  type = object({
    listener_arn     = string
    balancer_suffix  = string
    hosts            = list(string)
    paths            = optional(list(string), ["/*"])
    priority         = number
    port             = string
    health_path      = string
    deregister_after = optional(number, 15)
    login            = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.route == null || try(length(var.route.hosts) > 0 && var.route.priority >= 1 && var.route.priority <= 50000, false)
    error_message = "A route needs at least one host, and a priority of 1 to 50000."
  }
}

variable "login" {
  description = "Who asks for a name and a password in front of a route with `login`."
  type = object({
    cognito = optional(object({
      user_pool_arn       = string
      user_pool_client_id = string
      user_pool_domain    = string
    }))
    oidc = optional(object({
      issuer                 = string
      authorization_endpoint = string
      token_endpoint         = string
      user_info_endpoint     = string
      client_id              = string
      client_secret          = string
    }))
  })
  default   = {}
  nullable  = false
  sensitive = true
}

variable "volumes" {
  description = "Folders of the machine, by name, and where they are mounted. The root of a container is read-only; /tmp is memory."
  type = map(object({
    host_path = string
    mount     = string
    read_only = optional(bool, false)
  }))
  default  = {}
  nullable = false
}

variable "prepare" {
  description = "A container that runs to its end before the service starts, with its own mounts of the same volumes."
  type = object({
    image       = string
    entrypoint  = optional(list(string), [])
    command     = list(string)
    environment = optional(map(string), {})
    mounts      = map(string)
  })
  default = null
}

variable "policy_json" {
  description = "What the service itself may do in AWS, as a policy; null for nothing."
  type        = string
  default     = null
}

variable "has_policy" {
  description = "Whether policy_json is given: it may be known only after it is applied."
  type        = bool
  default     = false
  nullable    = false
}
