# Who asked for what: the balancer's access log.

data "aws_caller_identity" "this" {}

module "logs" {
  source = "../bucket"

  # The balancer can write to a bucket with S3's own key only: no key here.
  name_prefix       = "${substr(var.name, 0, 24)}-balancer-"
  keep              = var.deletion_protection
  forget_after_days = var.log_retention_days
  old_versions      = { days = 7 }
  policy_documents  = [data.aws_iam_policy_document.logs.json]
}

data "aws_iam_policy_document" "logs" {
  statement {
    sid       = "BalancerWrites"
    actions   = ["s3:PutObject"]
    resources = ["${module.logs.arn}/balancer/AWSLogs/${data.aws_caller_identity.this.account_id}/*"]
    principals {
      type        = "Service"
      identifiers = ["logdelivery.elasticloadbalancing.amazonaws.com"]
    }
  }
}
