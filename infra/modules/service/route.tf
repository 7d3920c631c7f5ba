# The way from the load balancer to the service, for one that has one.

resource "aws_lb_target_group" "this" {
  #checkov:skip=CKV_AWS_378:TLS ends at the balancer; from there to the copy it is a hop between two security groups of one network
  count = local.has_route ? 1 : 0

  # Names are 32 characters at most; one is made anew when its port changes.
  name_prefix          = substr(replace(var.name, "-", ""), 0, 6)
  vpc_id               = var.platform.vpc_id
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = var.ports[var.route.port]
  deregistration_delay = var.route.deregister_after

  health_check {
    # On the port that customers use: the telemetry port is closed to the balancer too.
    path                = var.route.health_path
    port                = "traffic-port"
    matcher             = "200-299"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  tags = { Name = local.full_name }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb_listener_rule" "this" {
  count = local.has_route ? 1 : 0

  listener_arn = var.route.listener_arn
  priority     = var.route.priority

  dynamic "action" {
    for_each = var.route.login && nonsensitive(var.login.oidc != null) ? [1] : []
    content {
      type  = "authenticate-oidc"
      order = 1
      authenticate_oidc {
        issuer                     = var.login.oidc.issuer
        authorization_endpoint     = var.login.oidc.authorization_endpoint
        token_endpoint             = var.login.oidc.token_endpoint
        user_info_endpoint         = var.login.oidc.user_info_endpoint
        client_id                  = var.login.oidc.client_id
        client_secret              = var.login.oidc.client_secret
        on_unauthenticated_request = "authenticate"
        session_timeout            = 28800
      }
    }
  }

  dynamic "action" {
    for_each = var.route.login && nonsensitive(var.login.oidc == null) ? [1] : []
    content {
      type  = "authenticate-cognito"
      order = 1
      authenticate_cognito {
        user_pool_arn              = var.login.cognito.user_pool_arn
        user_pool_client_id        = var.login.cognito.user_pool_client_id
        user_pool_domain           = var.login.cognito.user_pool_domain
        on_unauthenticated_request = "authenticate"
        session_timeout            = 28800
      }
    }
  }

  action {
    type             = "forward"
    order            = var.route.login ? 2 : 1
    target_group_arn = aws_lb_target_group.this[0].arn
  }

  condition {
    host_header {
      values = var.route.hosts
    }
  }

  condition {
    path_pattern {
      values = var.route.paths
    }
  }

  tags = { Name = local.full_name }
}
