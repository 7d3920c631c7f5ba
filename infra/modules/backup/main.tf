# Backups that outlive a mistake, and a region. Every night and every week; a second copy far away; and a
# lock, so that who breaks in cannot delete them.

locals {
  rules = {
    daily  = { schedule = "cron(0 1 ? * * *)", days = var.keep.daily_days }
    weekly = { schedule = "cron(0 4 ? * SUN *)", days = var.keep.weekly_days }
  }
}

resource "aws_backup_vault" "this" {
  name          = var.name
  kms_key_arn   = var.kms_key_arn
  force_destroy = var.force_destroy
}

resource "aws_backup_vault_lock_configuration" "this" {
  count = var.lock == "none" ? 0 : 1

  backup_vault_name   = aws_backup_vault.this.name
  min_retention_days  = 7
  max_retention_days  = 365
  changeable_for_days = var.lock == "compliance" ? 3 : null
}

data "aws_iam_policy_document" "key" {
  #checkov:skip=CKV_AWS_109:A key's own policy; without its administration the key could never be changed again
  #checkov:skip=CKV_AWS_111:The same
  #checkov:skip=CKV_AWS_356:In a key's own policy the resource is the key, and AWS takes nothing but a star for it
  statement {
    sid = "Administer"
    actions = [
      "kms:CancelKeyDeletion", "kms:CreateAlias", "kms:CreateGrant", "kms:Decrypt", "kms:DeleteAlias", "kms:DescribeKey",
      "kms:DisableKey", "kms:EnableKey", "kms:EnableKeyRotation", "kms:Encrypt", "kms:GenerateDataKey*", "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus", "kms:ListGrants", "kms:ListKeyPolicies", "kms:ListResourceTags", "kms:PutKeyPolicy", "kms:ReEncrypt*",
      "kms:RevokeGrant", "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateKeyDescription",
    ]
    # In a key's own policy this is the key, and AWS takes nothing else.
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${var.account}:root"]
    }
  }
}

resource "aws_kms_key" "replica" {
  region = var.replica_region
  count  = var.replica_region == null ? 0 : 1

  description             = "Backups of ${var.name}, copied"
  enable_key_rotation     = true
  deletion_window_in_days = 7
  policy                  = data.aws_iam_policy_document.key.json
}

resource "aws_backup_vault" "replica" {
  region = var.replica_region
  count  = var.replica_region == null ? 0 : 1

  name          = "${var.name}-copy"
  kms_key_arn   = aws_kms_key.replica[0].arn
  force_destroy = var.force_destroy
}

resource "aws_backup_vault_lock_configuration" "replica" {
  region = var.replica_region
  count  = var.replica_region != null && var.lock != "none" ? 1 : 0

  backup_vault_name   = aws_backup_vault.replica[0].name
  min_retention_days  = 7
  max_retention_days  = 365
  changeable_for_days = var.lock == "compliance" ? 3 : null
}

resource "aws_backup_plan" "this" {
  name = var.name

  dynamic "rule" {
    for_each = local.rules
    content {
      rule_name         = rule.key
      target_vault_name = aws_backup_vault.this.name
      schedule          = rule.value.schedule
      start_window      = 60
      completion_window = 240

      lifecycle {
        delete_after = rule.value.days
      }

      dynamic "copy_action" {
        for_each = aws_backup_vault.replica
        content {
          destination_vault_arn = copy_action.value.arn

          lifecycle {
            delete_after = rule.value.days
          }
        }
      }
    }
  }
}

resource "aws_backup_selection" "this" {
  name         = var.name
  plan_id      = aws_backup_plan.this.id
  iam_role_arn = aws_iam_role.this.arn
  resources    = values(var.resources)
}

# A backup that fails is a ticket: it is noticed before it is missed.
resource "aws_backup_vault_notifications" "this" {
  backup_vault_name   = aws_backup_vault.this.name
  sns_topic_arn       = var.topic_arn
  backup_vault_events = ["BACKUP_JOB_FAILED", "COPY_JOB_FAILED", "RESTORE_JOB_COMPLETED"]
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["backup.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account]
    }
  }
}

resource "aws_iam_role" "this" {
  name                 = "${var.name}-backup"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.boundary_arn
}

# AWS's own for this service: it grows with what the service needs.
resource "aws_iam_role_policy_attachment" "this" {
  for_each = toset(["AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForRestores"])

  role       = aws_iam_role.this.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/${each.key}"
}
