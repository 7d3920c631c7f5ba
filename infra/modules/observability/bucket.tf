# Where the configuration is on its way to the tasks, which copy it before they start.

module "config" {
  source = "../bucket"

  name_prefix  = "${substr(var.platform.name, 0, 24)}-config-"
  keep         = var.keep
  kms_key_arn  = var.platform.kms_key_arn
  old_versions = { days = 30 }
}

resource "aws_s3_object" "config" {
  for_each = local.file_names

  bucket      = module.config.id
  key         = each.key
  content     = local.files[each.key]
  source_hash = sha256(local.files[each.key])

  # Encrypted from the first one on.
  depends_on = [module.config]
}
