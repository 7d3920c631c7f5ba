# How people hear of it. The third topic is heard by nobody: what counts is that something is sent to it.

locals {
  subscriptions = merge(
    { for address in var.page_emails : "pages ${address}" => { topic = "pages", address = address } },
    { for address in var.ticket_emails : "tickets ${address}" => { topic = "tickets", address = address } },
  )
}

resource "aws_sns_topic" "this" {
  for_each = toset(["pages", "tickets", "watchdog"])

  name              = "${var.platform.name}-${each.key}"
  kms_master_key_id = var.platform.kms_key_arn
}

# Each address gets a mail with a link, and hears nothing before it is followed.
resource "aws_sns_topic_subscription" "mail" {
  for_each = local.subscriptions

  topic_arn = aws_sns_topic.this[each.value.topic].arn
  protocol  = "email"
  endpoint  = each.value.address
}

# The dead man's switch over the whole monitoring. The Watchdog always fires and is sent every minute; when
# nothing was sent for five, Prometheus, Alertmanager or the way between is dead, and this pages. It is
# CloudWatch's own doing, so it needs none of them.
resource "aws_cloudwatch_metric_alarm" "watchdog" {
  alarm_name          = "${var.platform.name}-watchdog-silent"
  alarm_description   = "The Watchdog has not arrived for five minutes: nobody would hear of any alert. docs/runbooks.md#watchdog"
  namespace           = "AWS/SNS"
  metric_name         = "NumberOfMessagesPublished"
  dimensions          = { TopicName = aws_sns_topic.this["watchdog"].name }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 5
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  # No data is the very thing that it is for.
  treat_missing_data = "breaching"
  alarm_actions      = [aws_sns_topic.this["pages"].arn]
  ok_actions         = [aws_sns_topic.this["pages"].arn]
}

resource "aws_prometheus_workspace" "this" {
  count = var.managed_prometheus ? 1 : 0

  alias       = var.platform.name
  kms_key_arn = var.platform.kms_key_arn

  logging_configuration {
    log_group_arn = "${aws_cloudwatch_log_group.workspace[0].arn}:*"
  }
}

resource "aws_cloudwatch_log_group" "workspace" {
  count = var.managed_prometheus ? 1 : 0

  name              = "/aws/vendedlogs/${var.platform.name}/prometheus"
  retention_in_days = var.platform.log_retention_days
  kms_key_id        = var.platform.kms_key_arn
}
