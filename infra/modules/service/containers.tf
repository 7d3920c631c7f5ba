# What runs in a copy, as ECS wants it.

locals {
  log = { for stream in compact([var.name, var.prepare == null ? "" : "prepare"]) : stream => {
    logDriver = "awslogs"
    options = {
      awslogs-group         = aws_cloudwatch_log_group.this.name
      awslogs-region        = var.platform.region
      awslogs-stream-prefix = stream
      # A log that cannot be written must not stop an order from being taken.
      mode            = "non-blocking"
      max-buffer-size = "4m"
    }
  } }

  # In the order of their names, as ECS returns them: a plan is empty when nothing has changed.
  environment = [for name in sort(keys(var.environment)) : { name = name, value = var.environment[name] }]
  secrets     = [for name in sort(keys(var.secrets)) : { name = name, valueFrom = var.secrets[name] }]

  hardened = {
    essential              = true
    privileged             = false
    readonlyRootFilesystem = true
    user                   = var.user
    linuxParameters = {
      initProcessEnabled = true
      capabilities       = { add = [], drop = ["ALL"] }
      tmpfs              = [{ containerPath = "/tmp", size = 64, mountOptions = ["nosuid", "nodev"] }]
    }
  }

  service = merge(
    local.hardened,
    {
      name         = var.name
      image        = var.image
      environment  = local.environment
      secrets      = local.secrets
      stopTimeout  = var.stop_timeout
      portMappings = [for port in sort(values(var.ports)) : { containerPort = tonumber(port), hostPort = tonumber(port), protocol = "tcp" }]
      mountPoints = [for name in sort(keys(var.volumes)) : {
        sourceVolume  = name
        containerPath = var.volumes[name].mount
        readOnly      = var.volumes[name].read_only
      }]
      ulimits          = [{ name = "nofile", softLimit = 65536, hardLimit = 65536 }]
      logConfiguration = local.log[var.name]
    },
    length(var.entrypoint) == 0 ? {} : { entryPoint = var.entrypoint },
    length(var.command) == 0 ? {} : { command = var.command },
    var.health_check == null ? {} : {
      healthCheck = {
        command     = var.health_check.command
        interval    = var.health_check.interval
        timeout     = var.health_check.timeout
        retries     = var.health_check.retries
        startPeriod = var.health_check.start_period
      }
    },
    var.prepare == null ? {} : { dependsOn = [{ containerName = "prepare", condition = "SUCCESS" }] },
  )

  prepare = var.prepare == null ? [] : [merge(
    local.hardened,
    {
      name        = "prepare"
      image       = var.prepare.image
      essential   = false
      command     = var.prepare.command
      environment = [for name in sort(keys(var.prepare.environment)) : { name = name, value = var.prepare.environment[name] }]
      mountPoints = [for name in sort(keys(var.prepare.mounts)) : {
        sourceVolume  = name
        containerPath = var.prepare.mounts[name]
        readOnly      = false
      }]
      logConfiguration = local.log["prepare"]
    },
    length(var.prepare.entrypoint) == 0 ? {} : { entryPoint = var.prepare.entrypoint },
  )]

  containers = concat([local.service], local.prepare)
}
