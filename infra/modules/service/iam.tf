# Two roles: ECS's own, to start a copy (image, secrets, log), and the service's, which may do nothing
# unless the caller says so.

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.platform.account]
    }
    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:aws:ecs:${var.platform.region}:${var.platform.account}:*"]
    }
  }
}

locals {
  # A key of a secret is `ARN:KEY::`; permission is for the whole of it, its version's suffix included.
  secret_arns = distinct([for reference in values(var.secrets) : join(":", slice(split(":", reference), 0, 7))])

  # Images from elsewhere need no permission of ours.
  repositories = [
    for image in compact([var.image, try(var.prepare.image, "")]) :
    "arn:aws:ecr:${split(".", image)[3]}:${split(".", image)[0]}:repository/${regex("^[^/]+/([^:@]+)", image)[0]}"
    if can(regex("^[0-9]{12}\\.dkr\\.ecr\\.", image))
  ]
}

data "aws_iam_policy_document" "execution" {
  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.this.arn}:*"]
  }

  dynamic "statement" {
    for_each = length(local.repositories) > 0 ? [1] : []
    content {
      sid       = "Image"
      actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      resources = distinct(local.repositories)
    }
  }

  dynamic "statement" {
    for_each = length(local.repositories) > 0 ? [1] : []
    content {
      sid     = "SignInToRegistry"
      actions = ["ecr:GetAuthorizationToken"]
      # AWS knows no finer resource for it: the token is the account's.
      resources = ["*"]
    }
  }

  dynamic "statement" {
    for_each = length(var.secrets) > 0 ? [1] : []
    content {
      sid       = "Secrets"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = local.secret_arns
    }
  }

  dynamic "statement" {
    for_each = length(var.secrets) > 0 ? [1] : []
    content {
      sid       = "SecretsKey"
      actions   = ["kms:Decrypt"]
      resources = [var.platform.kms_key_arn]
      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["secretsmanager.${var.platform.region}.amazonaws.com"]
      }
    }
  }
}

resource "aws_iam_role" "execution" {
  name                 = "${local.full_name}-execution"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.platform.boundary_arn
}

resource "aws_iam_role_policy" "execution" {
  name   = "start"
  role   = aws_iam_role.execution.id
  policy = data.aws_iam_policy_document.execution.json
}

resource "aws_iam_role" "task" {
  name                 = "${local.full_name}-task"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.platform.boundary_arn
}

resource "aws_iam_role_policy" "task" {
  count = var.has_policy ? 1 : 0

  name   = "work"
  role   = aws_iam_role.task.id
  policy = var.policy_json
}
