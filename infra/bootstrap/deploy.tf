# What a deployment of one environment may do. Where AWS lets a permission be held to names, it is held to
# the environment's; where it does not (making a subnet names no subnet), to the regions in use.

locals {
  # By topic: statements with their actions, and the resources that a name can hold them to. `ENV` stands
  # for the beginning of the environment's names. Policies have 6144 characters at most, hence the topics.
  deploy_policies = {
    network = [{
      actions = [
        "ec2:AllocateAddress", "ec2:Associate*", "ec2:AttachInternetGateway", "ec2:AttachVolume", "ec2:AuthorizeSecurityGroup*", "ec2:Create*",
        "ec2:Delete*", "ec2:Describe*", "ec2:DetachInternetGateway", "ec2:DetachVolume", "ec2:Disassociate*", "ec2:Get*", "ec2:Modify*",
        "ec2:ReleaseAddress", "ec2:Replace*", "ec2:RevokeSecurityGroup*", "ec2:RunInstances", "ec2:TerminateInstances",
        "servicediscovery:Create*", "servicediscovery:Delete*", "servicediscovery:Get*", "servicediscovery:List*", "servicediscovery:TagResource",
        "servicediscovery:UntagResource", "servicediscovery:Update*",
      ]
      resources = ["*"]
    }]
    compute = [
      {
        actions = [
          "application-autoscaling:DeleteScalingPolicy", "application-autoscaling:DeregisterScalableTarget", "application-autoscaling:Describe*",
          "application-autoscaling:ListTagsForResource", "application-autoscaling:PutScalingPolicy", "application-autoscaling:RegisterScalableTarget",
          "application-autoscaling:TagResource", "autoscaling:Create*", "autoscaling:Delete*", "autoscaling:Describe*", "autoscaling:PutScalingPolicy",
          "autoscaling:SetInstanceProtection", "autoscaling:StartInstanceRefresh", "autoscaling:CancelInstanceRefresh", "autoscaling:UpdateAutoScalingGroup",
          "ecs:CreateCapacityProvider", "ecs:DeleteCapacityProvider", "ecs:DeregisterTaskDefinition", "ecs:Describe*", "ecs:List*",
          "ecs:RegisterTaskDefinition", "ecs:TagResource", "ecs:UntagResource", "ecs:UpdateCapacityProvider", "ssm:GetParameter", "ssm:GetParameters",
        ]
        resources = ["*"]
      },
      {
        actions   = ["ecs:CreateCluster", "ecs:DeleteCluster", "ecs:PutClusterCapacityProviders", "ecs:UpdateCluster", "ecs:UpdateClusterSettings"]
        resources = ["arn:aws:ecs:*:${local.account}:cluster/ENV"]
      },
      {
        actions = ["ecs:CreateService", "ecs:DeleteService", "ecs:RunTask", "ecs:StopTask", "ecs:UpdateService"]
        resources = [
          "arn:aws:ecs:*:${local.account}:service/ENV/*", "arn:aws:ecs:*:${local.account}:task/ENV/*",
          "arn:aws:ecs:*:${local.account}:task-definition/ENV-*",
        ]
      },
    ]
    data = [
      {
        actions = [
          "backup:Create*", "backup:Delete*", "backup:Describe*", "backup:Get*", "backup:List*", "backup:Put*", "backup:TagResource", "backup:UntagResource",
          "backup:UpdateBackupPlan", "backup-storage:MountCapsule", "kms:CreateKey", "kms:CreateAlias", "kms:DeleteAlias", "kms:ListAliases", "mq:CreateBroker",
          "mq:CreateTags", "mq:DeleteBroker", "mq:DeleteTags", "mq:Describe*", "mq:List*", "mq:RebootBroker", "mq:UpdateBroker",
          "rds:Describe*", "rds:ListTagsForResource",
        ]
        resources = ["*"]
      },
      {
        actions = ["rds:AddTagsToResource", "rds:Create*", "rds:Delete*", "rds:Modify*", "rds:RebootDBInstance", "rds:RemoveTagsFromResource", "rds:ResetDBParameterGroup"]
        resources = [
          "arn:aws:rds:*:${local.account}:db:ENV*", "arn:aws:rds:*:${local.account}:pg:ENV-*",
          "arn:aws:rds:*:${local.account}:subgrp:ENV", "arn:aws:rds:*:${local.account}:snapshot:ENV-*",
        ]
      },
      {
        actions = ["secretsmanager:CreateSecret", "secretsmanager:DeleteSecret", "secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:TagResource", "secretsmanager:UntagResource", "secretsmanager:UpdateSecret"]
        # The second is made by RDS, for the administrator's password.
        resources = ["arn:aws:secretsmanager:*:${local.account}:secret:ENV/*", "arn:aws:secretsmanager:*:${local.account}:secret:rds!db-*"]
      },
      {
        # Keys have no names, so this is every key of the account in these regions.
        actions = [
          "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:EnableKeyRotation", "kms:Encrypt", "kms:GenerateDataKey*", "kms:GetKeyPolicy",
          "kms:GetKeyRotationStatus", "kms:ListResourceTags", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource",
          "kms:UpdateKeyDescription",
        ]
        resources = ["arn:aws:kms:*:${local.account}:key/*"]
      },
    ]
    edge = [
      {
        actions = [
          "acm:AddTagsToCertificate", "acm:DeleteCertificate", "acm:DescribeCertificate", "acm:ListTagsForCertificate", "acm:RequestCertificate",
          "cognito-idp:CreateUserPool*", "cognito-idp:DeleteUserPool*", "cognito-idp:Describe*", "cognito-idp:GetUserPoolMfaConfig",
          "cognito-idp:ListTagsForResource", "cognito-idp:SetUserPoolMfaConfig", "cognito-idp:TagResource", "cognito-idp:UpdateUserPool*",
          "elasticloadbalancing:AddTags", "elasticloadbalancing:Create*", "elasticloadbalancing:Delete*", "elasticloadbalancing:Describe*",
          "elasticloadbalancing:Modify*", "elasticloadbalancing:RemoveTags", "elasticloadbalancing:Set*",
          "route53:ChangeResourceRecordSets", "route53:ChangeTagsForResource", "route53:CreateHostedZone", "route53:DeleteHostedZone", "route53:AssociateVPCWithHostedZone",
          "route53:GetChange", "route53:GetHostedZone", "route53:List*", "wafv2:AssociateWebACL", "wafv2:CreateWebACL", "wafv2:DeleteLoggingConfiguration",
          "wafv2:DeleteWebACL", "wafv2:DisassociateWebACL", "wafv2:Get*", "wafv2:ListTagsForResource", "wafv2:PutLoggingConfiguration", "wafv2:TagResource",
          "wafv2:UntagResource", "wafv2:UpdateWebACL",
        ]
        resources = ["*"]
      },
      {
        actions   = ["s3:CreateBucket", "s3:DeleteBucket*", "s3:DeleteObject*", "s3:Get*", "s3:ListBucket*", "s3:PutBucket*", "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration", "s3:PutObject*"]
        resources = ["arn:aws:s3:::ENV-*", "arn:aws:s3:::ENV-*/*"]
      },
    ]
    watch = [
      {
        actions   = ["aps:CreateWorkspace", "cloudwatch:Describe*", "cloudwatch:ListTagsForResource", "logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "logs:GetLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery"]
        resources = ["*"]
      },
      {
        actions   = ["aps:*Workspace*", "aps:*LoggingConfiguration", "aps:ListTagsForResource", "aps:TagResource"]
        resources = ["arn:aws:aps:*:${local.account}:workspace/*"]
      },
      {
        actions   = ["cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"]
        resources = ["arn:aws:cloudwatch:*:${local.account}:alarm:ENV-*"]
      },
      {
        actions = ["logs:AssociateKmsKey", "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:DeleteRetentionPolicy", "logs:ListTagsForResource", "logs:PutRetentionPolicy", "logs:TagResource", "logs:UntagResource", "logs:GetLogEvents"]
        resources = [for name in ["/ENV/*", "/aws/amazonmq/broker/*", "/aws/ecs/containerinsights/ENV/*", "/aws/rds/instance/ENV/*", "/aws/vendedlogs/ENV/*", "aws-waf-logs-ENV"] :
        "arn:aws:logs:*:${local.account}:log-group:${name}"]
      },
      {
        actions   = ["sns:CreateTopic", "sns:DeleteTopic", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:ListTagsForResource", "sns:SetTopicAttributes", "sns:Subscribe", "sns:TagResource", "sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes", "sns:Unsubscribe"]
        resources = ["arn:aws:sns:*:${local.account}:ENV-*"]
      },
    ]
  }
}

data "aws_iam_policy_document" "deploy" {
  for_each = local.grants

  dynamic "statement" {
    for_each = local.deploy_policies[each.value.topic]
    content {
      actions   = statement.value.actions
      resources = [for resource in statement.value.resources : replace(resource, "ENV", "${var.name}-${each.value.environment}")]

      # A service without regions (Route 53) answers from us-east-1.
      condition {
        test     = "StringEquals"
        variable = "aws:RequestedRegion"
        values   = distinct(concat(var.regions, ["us-east-1"]))
      }
    }
  }
}

# Roles: only the environment's, and only within the boundary, so that a deployment cannot give itself, or
# anything that it makes, more than is listed there.
data "aws_iam_policy_document" "roles" {
  for_each = var.environments

  statement {
    sid       = "WithinTheBoundary"
    actions   = ["iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePolicy"]
    resources = ["arn:aws:iam::${local.account}:role/${var.name}-${each.key}-*"]
    condition {
      test     = "StringEquals"
      variable = "iam:PermissionsBoundary"
      values   = [aws_iam_policy.boundary.arn]
    }
  }
  statement {
    sid = "Keep"
    actions = [
      "iam:AddRoleToInstanceProfile", "iam:CreateInstanceProfile", "iam:DeleteInstanceProfile", "iam:DeleteRole", "iam:GetInstanceProfile",
      "iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole", "iam:ListRolePolicies",
      "iam:RemoveRoleFromInstanceProfile", "iam:TagInstanceProfile", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy",
    ]
    resources = [
      "arn:aws:iam::${local.account}:role/${var.name}-${each.key}-*",
      "arn:aws:iam::${local.account}:instance-profile/${var.name}-${each.key}-*",
    ]
  }
  statement {
    sid       = "Hand"
    actions   = ["iam:PassRole"]
    resources = ["arn:aws:iam::${local.account}:role/${var.name}-${each.key}-*"]
    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values = [
        "backup.amazonaws.com", "ec2.amazonaws.com", "ecs-tasks.amazonaws.com", "monitoring.rds.amazonaws.com", "vpc-flow-logs.amazonaws.com",
      ]
    }
  }
  statement {
    sid       = "ServicesOwnRoles"
    actions   = ["iam:CreateServiceLinkedRole"]
    resources = ["arn:aws:iam::${local.account}:role/aws-service-role/*"]
  }
  statement {
    sid       = "State"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = ["${module.state.arn}/${each.key}/*"]
  }
  statement {
    sid       = "FindState"
    actions   = ["s3:ListBucket"]
    resources = [module.state.arn]
  }
  statement {
    sid       = "ReadImages"
    actions   = ["ecr:DescribeImages", "ecr:DescribeRepositories"]
    resources = [aws_ecr_repository.this.arn]
  }
}

resource "aws_iam_role_policy" "roles" {
  for_each = var.environments

  name   = "roles-and-state"
  role   = aws_iam_role.deploy[each.key].id
  policy = data.aws_iam_policy_document.roles[each.key].json
}
