# Where Terraform keeps what it knows: versioned, encrypted with a key of its own, and locked by S3 itself.

data "aws_caller_identity" "this" {}

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
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.this.account_id}:root"]
    }
  }
}

resource "aws_kms_key" "state" {
  description             = "${var.name}: state and images"
  enable_key_rotation     = true
  deletion_window_in_days = 7
  policy                  = data.aws_iam_policy_document.key.json
}

resource "aws_kms_alias" "state" {
  name          = "alias/${var.name}-bootstrap"
  target_key_id = aws_kms_key.state.key_id
}

module "state" {
  source = "../modules/bucket"

  name         = "${var.name}-state-${data.aws_caller_identity.this.account_id}"
  keep         = var.protect_state
  kms_key_arn  = aws_kms_key.state.arn
  old_versions = { days = 90, keep = 20 }
}
