# What each monitor may do in AWS: read its own configuration, and what it is there for.

locals {
  # Further actions of each: resources, and why where it is all of them.
  work = {
    prometheus = concat(
      [{
        actions = ["ec2:DescribeInstances", "ec2:DescribeAvailabilityZones"]
        # AWS knows no finer resource for asking which machines there are.
        resources = ["*"]
      }],
      [for workspace in aws_prometheus_workspace.this : {
        actions   = ["aps:RemoteWrite"]
        resources = [workspace.arn]
      }],
    )
    alertmanager = [
      {
        actions   = ["sns:Publish"]
        resources = [for topic in aws_sns_topic.this : topic.arn]
      },
      {
        actions   = ["kms:GenerateDataKey"]
        resources = [var.platform.kms_key_arn]
      },
    ]
    grafana = []
    jaeger  = []
  }
}

data "aws_iam_policy_document" "monitor" {
  for_each = local.users

  statement {
    sid       = "ListConfig"
    actions   = ["s3:ListBucket"]
    resources = [module.config.arn]
    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["${each.key}/*"]
    }
  }

  statement {
    sid       = "ReadConfig"
    actions   = ["s3:GetObject"]
    resources = ["${module.config.arn}/${each.key}/*"]
  }

  statement {
    sid       = "DecryptConfig"
    actions   = ["kms:Decrypt"]
    resources = [var.platform.kms_key_arn]
  }

  dynamic "statement" {
    for_each = local.work[each.key]
    content {
      actions   = statement.value.actions
      resources = statement.value.resources
    }
  }
}
