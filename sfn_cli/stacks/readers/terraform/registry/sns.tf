# Replaces terraform-aws-modules/sns/aws when sfn reads a module.

variable "name" { default = null }
variable "display_name" { default = null }
variable "fifo_topic" { default = null }
variable "content_based_deduplication" { default = null }
variable "subscriptions" { default = {} }
variable "tags" { default = {} }

resource "aws_sns_topic" "this" {
  name                        = var.name
  display_name                = var.display_name
  fifo_topic                  = var.fifo_topic
  content_based_deduplication = var.content_based_deduplication
  tags                        = var.tags
}

resource "aws_sns_topic_subscription" "this" {
  for_each             = var.subscriptions
  topic_arn            = aws_sns_topic.this.arn
  protocol             = each.value.protocol
  endpoint             = each.value.endpoint
  raw_message_delivery = try(each.value.raw_message_delivery, null)
  filter_policy        = try(each.value.filter_policy, null)
}

output "topic_arn" { value = aws_sns_topic.this.arn }
output "topic_id" { value = aws_sns_topic.this.id }
output "topic_name" { value = aws_sns_topic.this.name }
