# How large it is, how much it survives, and which optional parts there are.

variable "zones" {
  description = "The zones by their letter, each with its private and its public subnet; a third zone is a third line."
  type = map(object({
    private = string
    public  = string
  }))
  default = {
    a = { private = "10.0.1.0/24", public = "10.0.11.0/24" }
    b = { private = "10.0.2.0/24", public = "10.0.22.0/24" }
  }
  nullable = false
}

variable "nat" {
  description = "`per-zone` or `one`."
  type        = string
  default     = "per-zone"
  nullable    = false
}

variable "endpoints" {
  description = "AWS services that are reached without the internet; see the network module."
  type        = set(string)
  default     = ["s3"]
  nullable    = false
}

variable "architecture" {
  description = "arm64 or x86_64; instance types must fit it."
  type        = string
  default     = "arm64"
  nullable    = false
}

variable "workers" {
  description = "The machines of the company."
  type = object({
    instance_type = optional(string, "m6g.large")
    min           = optional(number, 1)
    max           = optional(number, 3)
    desired       = optional(number, 3)
  })
  default  = {}
  nullable = false
}

variable "monitoring" {
  description = "The machine of the monitoring, its disk, and how long samples and traces are kept."
  type = object({
    instance_type = optional(string, "m6g.large")
    disk_gib      = optional(number, 40)
    days          = optional(number, 15)
    samples_gib   = optional(number, 20)
    trace_hours   = optional(number, 72)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.monitoring.samples_gib <= var.monitoring.disk_gib * 0.6
    error_message = "monitoring.samples_gib must be 60 % of monitoring.disk_gib at most: traces, and what is being compacted, are on the same disk."
  }
}

variable "copies" {
  description = "Services that run more than once, and how far they grow."
  type = map(object({
    min = number
    max = number
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for service in keys(var.copies) : contains(["ui", "pizza-service", "pokedex-api"], service)])
    error_message = "copies may name ui, pizza-service and pokedex-api. The others keep what they know in memory or drive the only vans there are: two of them would each know half."
  }
}

variable "database" {
  description = "Postgres; see the data module."
  type = object({
    instance_class  = optional(string, "db.t4g.medium")
    storage_gib     = optional(number, 20)
    max_storage_gib = optional(number, 100)
    multi_az        = optional(bool, true)
    backup_days     = optional(number, 14)
  })
  default  = {}
  nullable = false
}

variable "queue" {
  description = "RabbitMQ; see the data module."
  type = object({
    instance_type = optional(string, "mq.m5.large")
    cluster       = optional(bool, true)
  })
  default  = {}
  nullable = false
}

variable "backups" {
  description = "Where backups are copied to, how they are locked, and how long they are kept; see the backup module. replica_region = null for no copies."
  type = object({
    replica_region = optional(string, "eu-west-1")
    lock           = optional(string, "governance")
    daily_days     = optional(number, 14)
    weekly_days    = optional(number, 90)
  })
  default  = {}
  nullable = false
}

variable "managed_prometheus" {
  description = "Whether samples are written to Amazon Managed Prometheus as well."
  type        = bool
  default     = false
  nullable    = false
}

variable "bastion" {
  description = "Whether there is a machine to forward ports from."
  type        = bool
  default     = false
  nullable    = false
}

variable "requests_in_five_minutes" {
  description = "Requests that one address may send in five minutes."
  type        = number
  default     = 2000
  nullable    = false
}

variable "log_retention_days" {
  description = "How long logs are kept."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([7, 14, 30, 60, 90, 180, 365, 400, 545, 731], var.log_retention_days)
    error_message = "log_retention_days must be one of 7, 14, 30, 60, 90, 180, 365, 400, 545 and 731: CloudWatch knows no others."
  }
}

variable "images" {
  description = "The monitors, as in compose.yaml, and the tools, each with its tag."
  type = object({
    prometheus    = optional(string, "docker.io/prom/prometheus:v3.5.0@sha256:63805ebb8d2b3920190daf1cb14a60871b16fd38bed42b857a3182bc621f4996")
    alertmanager  = optional(string, "docker.io/prom/alertmanager:v0.33.1@sha256:9e082985f56f4c8c9f724e18f2288c6708f472e56a5286b8863d080434ea065d")
    grafana       = optional(string, "docker.io/grafana/grafana:13.1.0@sha256:121a7a9ece6dc10b969f1f96eed64b4f07dfac0d0b8abc070f7cb83bbde86f63")
    jaeger        = optional(string, "docker.io/jaegertracing/jaeger:2.19.0@sha256:ede4864215be4cd85bd8c3129a2fea6c5713c5653c7282c429dba123014bc68b")
    node_exporter = optional(string, "docker.io/prom/node-exporter:v1.11.1@sha256:e9cff4fc67b1818f8c97adb115b9f12c9a54b533de86765d4a0effc01b357205")
    cadvisor      = optional(string, "gcr.io/cadvisor/cadvisor:v0.55.1@sha256:3de2bd5203120b866d74a9b283b2ffb8ec382fbf9dc321814700c6ea6f44ec57")
    aws_cli       = optional(string, "public.ecr.aws/aws-cli/aws-cli:2.28.0")
    psql          = optional(string, "public.ecr.aws/docker/library/postgres:17.10-alpine")
  })
  default  = {}
  nullable = false
}
