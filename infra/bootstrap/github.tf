# GitHub's workflows sign in by a token that GitHub signs for one job, and are given a role for an hour.
# There is no key that could be stolen. Each environment has its own role, which only jobs of that
# environment may take: GitHub asks for the approval that the environment demands before it signs.

resource "aws_iam_openid_connect_provider" "github" {
  count = var.create_oidc_provider ? 1 : 0

  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

data "aws_iam_openid_connect_provider" "github" {
  count = var.create_oidc_provider ? 0 : 1

  url = "https://token.actions.githubusercontent.com"
}

locals {
  account  = data.aws_caller_identity.this.account_id
  provider = var.create_oidc_provider ? aws_iam_openid_connect_provider.github[0].arn : data.aws_iam_openid_connect_provider.github[0].arn

  # What a job must be to take a role: the subject that GitHub writes into its token.
  subjects = merge(
    { for name in var.environments : name => "repo:${var.github_repository}:environment:${name}" },
    { push = "repo:${var.github_repository}:ref:refs/heads/main" },
  )
}

data "aws_iam_policy_document" "github" {
  for_each = local.subjects

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [local.provider]
    }
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:sub"
      values   = [each.value]
    }
  }
}

# Pushes images of the main branch, and nothing else.
resource "aws_iam_role" "push" {
  name                 = "${var.name}-push"
  assume_role_policy   = data.aws_iam_policy_document.github["push"].json
  max_session_duration = 3600
}

data "aws_iam_policy_document" "push" {
  statement {
    sid     = "SignIn"
    actions = ["ecr:GetAuthorizationToken"]
    # AWS knows no finer resource for it: the token is the account's.
    resources = ["*"]
  }
  statement {
    sid = "Push"
    actions = [
      "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages",
      "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
    ]
    resources = [aws_ecr_repository.this.arn]
  }
}

resource "aws_iam_role_policy" "push" {
  name   = "push"
  role   = aws_iam_role.push.id
  policy = data.aws_iam_policy_document.push.json
}

resource "aws_iam_role" "deploy" {
  for_each = var.environments

  name                 = "${var.name}-deploy-${each.key}"
  assume_role_policy   = data.aws_iam_policy_document.github[each.key].json
  max_session_duration = 3600
}

locals {
  grants = merge([for environment in var.environments : {
    for topic in keys(local.deploy_policies) : "${environment}-${topic}" => { environment = environment, topic = topic }
  }]...)
}

resource "aws_iam_policy" "deploy" {
  for_each = local.grants

  name   = "${var.name}-deploy-${each.key}"
  policy = data.aws_iam_policy_document.deploy[each.key].json
}

resource "aws_iam_role_policy_attachment" "deploy" {
  for_each = local.grants

  role       = aws_iam_role.deploy[each.value.environment].name
  policy_arn = aws_iam_policy.deploy[each.key].arn
}
