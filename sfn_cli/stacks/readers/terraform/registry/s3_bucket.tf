# Replaces terraform-aws-modules/s3-bucket/aws when sfn reads a module.

variable "bucket" { default = null }
variable "tags" { default = {} }

resource "aws_s3_bucket" "this" {
  bucket = var.bucket
  tags   = var.tags
}

output "s3_bucket_id" { value = aws_s3_bucket.this.id }
output "s3_bucket_arn" { value = aws_s3_bucket.this.arn }
output "s3_bucket_bucket_domain_name" { value = aws_s3_bucket.this.bucket_domain_name }
output "s3_bucket_bucket_regional_domain_name" { value = aws_s3_bucket.this.bucket_regional_domain_name }
