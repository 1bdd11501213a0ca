# Replaces terraform-aws-modules/step-functions/aws when sfn reads a module.

variable "name" { default = null }
variable "definition" { default = null }
variable "type" { default = "STANDARD" }
variable "role_arn" { default = null }
variable "logging_configuration" { default = {} }
variable "use_existing_cloudwatch_log_group" { default = false }
variable "cloudwatch_log_group_name" { default = null }
variable "cloudwatch_log_group_retention_in_days" { default = null }
variable "tags" { default = {} }

resource "aws_iam_role" "this" {}

locals {
  log_group = coalesce(var.cloudwatch_log_group_name, "/aws/vendedlogs/states/${coalesce(var.name, "machine")}")
  is_logged = contains(["ALL", "ERROR", "FATAL"], upper(try(var.logging_configuration.level, "OFF")))
}

resource "aws_cloudwatch_log_group" "this" {
  for_each          = local.is_logged && !var.use_existing_cloudwatch_log_group ? { "" = true } : {}
  name              = local.log_group
  retention_in_days = var.cloudwatch_log_group_retention_in_days
}

resource "aws_sfn_state_machine" "this" {
  name       = var.name
  definition = var.definition
  type       = upper(var.type)
  role_arn   = coalesce(var.role_arn, aws_iam_role.this.arn)
  tags       = var.tags

  dynamic "logging_configuration" {
    for_each = length(var.logging_configuration) > 0 ? [var.logging_configuration] : []
    content {
      level                  = try(logging_configuration.value.level, null)
      include_execution_data = try(logging_configuration.value.include_execution_data, null)
      log_destination = try(
        logging_configuration.value.log_destination,
        "${aws_cloudwatch_log_group.this[""].arn}:*",
        null,
      )
    }
  }
}

output "state_machine_id" { value = aws_sfn_state_machine.this.id }
output "state_machine_arn" { value = aws_sfn_state_machine.this.arn }
output "state_machine_name" { value = aws_sfn_state_machine.this.name }
output "state_machine_status" { value = "ACTIVE" }
output "role_arn" { value = coalesce(var.role_arn, aws_iam_role.this.arn) }
output "role_name" { value = aws_iam_role.this.name }
