output "id" {
  description = "Its name."
  value       = aws_s3_bucket.this.id
}

output "arn" {
  description = "Its ARN."
  value       = aws_s3_bucket.this.arn
}

output "guard" {
  description = "How it is kept: whether it stays, has versions, is closed to the public, and what encrypts it."
  value = {
    kept       = !aws_s3_bucket.this.force_destroy
    versioned  = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    private    = alltrue([for blocked in ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"] : aws_s3_bucket_public_access_block.this[blocked]])
    encryption = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].sse_algorithm
  }
}
