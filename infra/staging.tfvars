# Small, and may go at any time: one NAT gateway, one database, one broker, short memories. It can be broken
# on purpose. Fill in what is yours.
environment = "staging"
domain      = "staging.example.com"
zone_name   = "example.com"
page_emails = ["staging-alerts@example.com"]

faults              = true
deletion_protection = false

nat                = "one"
workers            = { min = 1, max = 3, desired = 2 }
monitoring         = { disk_gib = 30, days = 7, samples_gib = 15, trace_hours = 24 }
database           = { instance_class = "db.t4g.small", multi_az = false, backup_days = 7 }
queue              = { instance_type = "mq.m7g.medium", cluster = false }
backups            = { replica_region = null, lock = "none", daily_days = 7, weekly_days = 14 }
log_retention_days = 30
