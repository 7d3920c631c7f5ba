# A password of its own for each service, and the tokens. They are made on the way to Secrets Manager and
# are in no state and no plan; `secrets_version` makes them anew.

ephemeral "random_password" "database" {
  for_each = var.database_users

  length  = 32
  special = false
}

ephemeral "random_password" "token" {
  for_each = var.tokens

  length  = 40
  special = false
}

resource "aws_secretsmanager_secret" "database" {
  #checkov:skip=CKV2_AWS_57:Rotated by secrets_version, with the task that sets it in the database and a rolling update: a copy reads its settings when it starts
  for_each = var.database_users

  name                    = "${var.name}/${each.key}/postgres-url"
  description             = "POSTGRES_URL of ${each.key}"
  kms_key_id              = var.platform.kms_key_arn
  recovery_window_in_days = var.secret_recovery_days
}

resource "aws_secretsmanager_secret_version" "database" {
  for_each = var.database_users

  secret_id = aws_secretsmanager_secret.database[each.key].id
  secret_string_wo = join("", [
    "postgres://", replace(each.key, "-", "_"), ":", ephemeral.random_password.database[each.key].result, "@",
    aws_db_instance.this.address, ":", aws_db_instance.this.port, "/", aws_db_instance.this.db_name, "?sslmode=require",
  ])
  secret_string_wo_version = var.secrets_version
}

resource "aws_secretsmanager_secret" "queue" {
  #checkov:skip=CKV2_AWS_57:Rotated by secrets_version: the broker restarts for it, which is nothing to do unattended
  name                    = "${var.name}/amqp-url"
  description             = "AMQP_URL"
  kms_key_id              = var.platform.kms_key_arn
  recovery_window_in_days = var.secret_recovery_days
}

resource "aws_secretsmanager_secret_version" "queue" {
  secret_id                = aws_secretsmanager_secret.queue.id
  secret_string_wo         = "amqps://firedrill:${random_password.queue.result}@${local.queue_address}"
  secret_string_wo_version = var.secrets_version
}

resource "aws_secretsmanager_secret" "token" {
  #checkov:skip=CKV2_AWS_57:Rotated by secrets_version: services and drills must change to a new token at the same time
  for_each = var.tokens

  name                    = "${var.name}/${lower(replace(each.key, "_", "-"))}"
  description             = each.key
  kms_key_id              = var.platform.kms_key_arn
  recovery_window_in_days = var.secret_recovery_days
}

resource "aws_secretsmanager_secret_version" "token" {
  for_each = var.tokens

  secret_id                = aws_secretsmanager_secret.token[each.key].id
  secret_string_wo         = ephemeral.random_password.token[each.key].result
  secret_string_wo_version = var.secrets_version
}
