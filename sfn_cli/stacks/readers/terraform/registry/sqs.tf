# Replaces terraform-aws-modules/sqs/aws when sfn reads a module.

variable "name" { default = null }
variable "create_dlq" { default = false }
variable "dlq_name" { default = null }
variable "fifo_queue" { default = null }
variable "content_based_deduplication" { default = null }
variable "delay_seconds" { default = null }
variable "visibility_timeout_seconds" { default = null }
variable "message_retention_seconds" { default = null }
variable "max_message_size" { default = null }
variable "receive_wait_time_seconds" { default = null }
variable "redrive_policy" { default = {} }
variable "tags" { default = {} }

locals {
  dead_letters = var.create_dlq ? { deadLetterTargetArn = aws_sqs_queue.dlq[0].arn, maxReceiveCount = 5 } : {}
  redrive      = merge(local.dead_letters, var.redrive_policy)
}

resource "aws_sqs_queue" "this" {
  name                        = var.name
  fifo_queue                  = var.fifo_queue
  content_based_deduplication = var.content_based_deduplication
  delay_seconds               = var.delay_seconds
  visibility_timeout_seconds  = var.visibility_timeout_seconds
  message_retention_seconds   = var.message_retention_seconds
  max_message_size            = var.max_message_size
  receive_wait_time_seconds   = var.receive_wait_time_seconds
  redrive_policy              = length(local.redrive) > 0 ? jsonencode(local.redrive) : null
  tags                        = var.tags
}

resource "aws_sqs_queue" "dlq" {
  count      = var.create_dlq ? 1 : 0
  name       = var.dlq_name
  fifo_queue = var.fifo_queue
}

output "queue_arn" { value = aws_sqs_queue.this.arn }
output "queue_id" { value = aws_sqs_queue.this.url }
output "queue_url" { value = aws_sqs_queue.this.url }
output "queue_name" { value = aws_sqs_queue.this.name }
output "dead_letter_queue_arn" { value = try(aws_sqs_queue.dlq[0].arn, null) }
output "dead_letter_queue_url" { value = try(aws_sqs_queue.dlq[0].url, null) }
output "dead_letter_queue_name" { value = try(aws_sqs_queue.dlq[0].name, null) }
