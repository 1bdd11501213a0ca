# Replaces terraform-aws-modules/dynamodb-table/aws when sfn reads a module.

variable "name" { default = null }
variable "attributes" { default = [] }
variable "hash_key" { default = null }
variable "range_key" { default = null }
variable "billing_mode" { default = "PAY_PER_REQUEST" }
variable "read_capacity" { default = null }
variable "write_capacity" { default = null }
variable "stream_enabled" { default = false }
variable "stream_view_type" { default = null }
variable "ttl_enabled" { default = false }
variable "ttl_attribute_name" { default = "" }
variable "global_secondary_indexes" { default = [] }
variable "local_secondary_indexes" { default = [] }
variable "tags" { default = {} }

resource "aws_dynamodb_table" "this" {
  name                   = var.name
  billing_mode           = var.billing_mode
  hash_key               = var.hash_key
  range_key              = var.range_key
  read_capacity          = var.read_capacity
  write_capacity         = var.write_capacity
  stream_enabled         = var.stream_enabled
  stream_view_type       = var.stream_view_type
  attribute              = var.attributes
  global_secondary_index = var.global_secondary_indexes
  local_secondary_index  = var.local_secondary_indexes
  tags                   = var.tags

  dynamic "ttl" {
    for_each = var.ttl_enabled ? [1] : []
    content {
      enabled        = true
      attribute_name = var.ttl_attribute_name
    }
  }
}

output "dynamodb_table_arn" { value = aws_dynamodb_table.this.arn }
output "dynamodb_table_id" { value = aws_dynamodb_table.this.id }
output "dynamodb_table_stream_arn" { value = aws_dynamodb_table.this.stream_arn }
