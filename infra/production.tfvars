# Survives the loss of a zone, and its backups the loss of a region. Nothing can be broken on purpose. Fill
# in what is yours.
environment   = "production"
domain        = "example.com"
zone_name     = "example.com"
page_emails   = ["on-call@example.com"]
ticket_emails = ["team@example.com"]

zones = {
  a = { private = "10.0.1.0/24", public = "10.0.11.0/24" }
  b = { private = "10.0.2.0/24", public = "10.0.22.0/24" }
  c = { private = "10.0.3.0/24", public = "10.0.33.0/24" }
}

nat     = "per-zone"
workers = { min = 2, max = 6, desired = 3 }
copies = {
  ui            = { min = 2, max = 4 }
  pizza-service = { min = 2, max = 6 }
  pokedex-api   = { min = 2, max = 4 }
}
monitoring         = { disk_gib = 100, days = 30, samples_gib = 50, trace_hours = 72 }
database           = { instance_class = "db.m7g.large", storage_gib = 50, max_storage_gib = 500, backup_days = 35 }
managed_prometheus = true
backups            = { replica_region = "eu-west-1", lock = "compliance", daily_days = 35, weekly_days = 180 }
