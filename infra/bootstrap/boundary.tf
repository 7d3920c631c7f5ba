# What no role of an environment can do more than, whatever its own policies say. Nothing of IAM is in it.

data "aws_iam_policy_document" "boundary" {
  #checkov:skip=CKV_AWS_108:A boundary grants nothing; what a role may read is in its own policy
  #checkov:skip=CKV_AWS_109:The same
  #checkov:skip=CKV_AWS_111:The same
  #checkov:skip=CKV_AWS_356:The same

  statement {
    sid = "Services"
    actions = [
      "aps:RemoteWrite", "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer",
      "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*", "kms:ReEncrypt*",
      "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents", "sns:Publish",
    ]
    resources = ["*"]
  }
  statement {
    sid     = "OwnSecretsAndFiles"
    actions = ["secretsmanager:GetSecretValue", "s3:GetObject", "s3:ListBucket"]
    resources = concat(
      flatten([for name in var.environments : [
        "arn:aws:secretsmanager:*:${local.account}:secret:${var.name}-${name}/*",
        "arn:aws:s3:::${var.name}-${name}-*",
      ]]),
      ["arn:aws:secretsmanager:*:${local.account}:secret:rds!db-*"],
    )
  }
  statement {
    sid = "Machines"
    actions = [
      "ecs:DeregisterContainerInstance", "ecs:DiscoverPollEndpoint", "ecs:Poll", "ecs:PutSystemLogEvents", "ecs:RegisterContainerInstance",
      "ecs:StartTelemetrySession", "ecs:Submit*", "ecs:TagResource", "ecs:UpdateContainerInstancesState", "ec2:AttachVolume", "ec2:Describe*",
      "ec2messages:*Message*", "ec2messages:GetEndpoint", "ssm:Describe*", "ssm:Get*", "ssm:List*", "ssm:PutComplianceItems",
      "ssm:PutConfigurePackageResult", "ssm:PutInventory", "ssm:UpdateAssociationStatus", "ssm:UpdateInstance*", "ssmmessages:Create*", "ssmmessages:Open*",
    ]
    resources = ["*"]
  }
  statement {
    sid = "Backups"
    actions = [
      "backup:CopyFromBackupVault", "backup:CopyIntoBackupVault", "backup:Describe*", "backup:TagResource", "ec2:CopySnapshot", "ec2:CreateSnapshot*",
      "ec2:CreateTags", "ec2:CreateVolume", "ec2:DeleteSnapshot", "ec2:ModifySnapshotAttribute", "rds:AddTagsToResource", "rds:CopyDBSnapshot",
      "rds:CreateDBSnapshot", "rds:DeleteDBSnapshot", "rds:Describe*", "rds:ListTagsForResource", "rds:ModifyDBInstance", "rds:ModifyDBSnapshotAttribute",
      "rds:RestoreDBInstance*", "tag:GetResources",
    ]
    resources = ["*"]
  }
  statement {
    sid       = "DatabaseFigures"
    actions   = ["logs:CreateLogGroup", "logs:PutRetentionPolicy"]
    resources = ["arn:aws:logs:*:${local.account}:log-group:RDS*"]
  }
}

resource "aws_iam_policy" "boundary" {
  name        = "${var.name}-boundary"
  description = "What no role of ${var.name}'s environments can go beyond"
  policy      = data.aws_iam_policy_document.boundary.json
}
