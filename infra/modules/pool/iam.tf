# What a machine may do: join the cluster, and be reached by Session Manager. There is no SSH. Images,
# secrets and logs are got by each task's own role.

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

locals {
  ecs     = "arn:aws:ecs:${data.aws_region.this.region}:${data.aws_caller_identity.this.account_id}"
  cluster = "${local.ecs}:cluster/${var.cluster_name}"
}

data "aws_iam_policy_document" "this" {
  statement {
    sid     = "Find"
    actions = ["ecs:DiscoverPollEndpoint"]
    # AWS knows no finer resource for it.
    resources = ["*"]
  }

  statement {
    sid = "Join"
    actions = [
      "ecs:DeregisterContainerInstance",
      "ecs:RegisterContainerInstance",
      "ecs:SubmitAttachmentStateChanges",
      "ecs:SubmitContainerStateChange",
      "ecs:SubmitTaskStateChange",
    ]
    resources = [local.cluster]
  }

  statement {
    sid = "Work"
    actions = [
      "ecs:Poll",
      "ecs:StartTelemetrySession",
      "ecs:PutSystemLogEvents",
      "ecs:UpdateContainerInstancesState",
      "ecs:TagResource",
    ]
    resources = ["${local.ecs}:container-instance/${var.cluster_name}/*"]
  }

  dynamic "statement" {
    for_each = var.data_volume == null ? [] : [var.data_volume]
    content {
      sid     = "AttachDisk"
      actions = ["ec2:AttachVolume"]
      resources = [
        statement.value.arn,
        "arn:aws:ec2:${data.aws_region.this.region}:${data.aws_caller_identity.this.account_id}:instance/*",
      ]
    }
  }

  dynamic "statement" {
    for_each = var.data_volume == null ? [] : [var.data_volume]
    content {
      sid       = "AttachEncryptedDisk"
      actions   = ["kms:CreateGrant"]
      resources = [statement.value.kms_key_arn]
      condition {
        test     = "Bool"
        variable = "kms:GrantIsForAWSResource"
        values   = ["true"]
      }
    }
  }
}

resource "aws_iam_role" "this" {
  name                 = var.name
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.boundary_arn
}

resource "aws_iam_role_policy" "this" {
  name   = "join"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.this.json
}

resource "aws_iam_role_policy_attachment" "sessions" {
  role       = aws_iam_role.this.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_instance_profile" "this" {
  name = var.name
  role = aws_iam_role.this.name
}
