# A task that makes each service's user in the database, with a schema of its own and nothing else. It is
# run by `infra/scripts/setup-database.sh`: once, and whenever a password is new. Running it again changes
# nothing.

locals {
  # As a setting's name: POSITION_TRACKER.
  setup_secrets = { for user in var.database_users : "URL_${upper(replace(user, "-", "_"))}" => aws_secretsmanager_secret.database[user].arn }

  setup_script = <<-SH
    set -eu
    export PGHOST=${aws_db_instance.this.address} PGPORT=${aws_db_instance.this.port} PGDATABASE=${aws_db_instance.this.db_name}
    export PGSSLMODE=require PGCONNECT_TIMEOUT=10
    psql -q -v ON_ERROR_STOP=1 -c 'REVOKE CREATE ON SCHEMA public FROM PUBLIC' -c "REVOKE ALL ON DATABASE $PGDATABASE FROM PUBLIC"
    for user in ${join(" ", sort([for user in var.database_users : replace(user, "-", "_")]))}; do
      url=$(printenv "URL_$(echo "$user" | tr a-z A-Z)")
      password=$${url#*://*:}
      password=$${password%%@*}
      psql -q -v ON_ERROR_STOP=1 -v user="$user" -v password="$password" <<'SQL'
    SELECT format('CREATE ROLE %I', :'user')
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'user') \gexec
    ALTER ROLE :"user" LOGIN PASSWORD :'password';
    GRANT CONNECT, CREATE ON DATABASE firedrill TO :"user";
    SQL
      echo "$user may sign in"
    done
  SH
}

resource "aws_security_group" "setup" {
  #checkov:skip=CKV2_AWS_5:It is attached to the task when it is run
  name        = "${var.name}-database-setup"
  description = "The task that makes the database's users"
  vpc_id      = var.platform.vpc_id

  tags = { Name = "${var.name}-database-setup" }
}

resource "aws_cloudwatch_log_group" "setup" {
  name              = "/${var.name}/database-setup"
  retention_in_days = var.platform.log_retention_days
  kms_key_id        = var.platform.kms_key_arn
}

resource "aws_ecs_task_definition" "setup" {
  family                   = "${var.name}-database-setup"
  network_mode             = "awsvpc"
  requires_compatibilities = ["EC2"]
  cpu                      = 128
  memory                   = 128
  execution_role_arn       = aws_iam_role.setup.arn

  container_definitions = jsonencode([{
    name                   = "database-setup"
    image                  = var.setup_image
    essential              = true
    privileged             = false
    readonlyRootFilesystem = true
    user                   = "70:70"
    entryPoint             = ["sh", "-c"]
    command                = [local.setup_script]
    secrets = concat(
      [for name in sort(keys(local.setup_secrets)) : { name = name, valueFrom = local.setup_secrets[name] }],
      [
        { name = "PGUSER", valueFrom = "${aws_db_instance.this.master_user_secret[0].secret_arn}:username::" },
        { name = "PGPASSWORD", valueFrom = "${aws_db_instance.this.master_user_secret[0].secret_arn}:password::" },
      ],
    )
    linuxParameters = {
      initProcessEnabled = true
      capabilities       = { add = [], drop = ["ALL"] }
      tmpfs              = [{ containerPath = "/tmp", size = 16, mountOptions = ["nosuid", "nodev"] }]
    }
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.setup.name
        awslogs-region        = var.platform.region
        awslogs-stream-prefix = "database-setup"
      }
    }
  }])

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.platform.architecture == "arm64" ? "ARM64" : "X86_64"
  }
}

data "aws_iam_policy_document" "setup_trust" {
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
  }
}

data "aws_iam_policy_document" "setup" {
  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.setup.arn}:*"]
  }
  statement {
    sid     = "Secrets"
    actions = ["secretsmanager:GetSecretValue"]
    resources = concat(
      [for secret in aws_secretsmanager_secret.database : secret.arn],
      [aws_db_instance.this.master_user_secret[0].secret_arn],
    )
  }
  statement {
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

resource "aws_iam_role" "setup" {
  name                 = "${var.name}-database-setup"
  assume_role_policy   = data.aws_iam_policy_document.setup_trust.json
  permissions_boundary = var.platform.boundary_arn
}

resource "aws_iam_role_policy" "setup" {
  name   = "start"
  role   = aws_iam_role.setup.id
  policy = data.aws_iam_policy_document.setup.json
}
