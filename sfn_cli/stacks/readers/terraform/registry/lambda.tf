# Replaces terraform-aws-modules/lambda/aws when sfn reads a module. Functions run from their source.

variable "function_name" { default = null }
variable "handler" { default = null }
variable "runtime" { default = null }
variable "description" { default = null }
variable "create" { default = true }
variable "create_function" { default = true }
variable "create_layer" { default = false }
variable "layer_name" { default = null }
variable "compatible_runtimes" { default = null }
variable "lambda_role" { default = null }
variable "source_path" { default = null }
variable "local_existing_package" { default = null }
variable "image_uri" { default = null }
variable "package_type" { default = null }
variable "environment_variables" { default = {} }
variable "layers" { default = null }
variable "timeout" { default = 3 }
variable "memory_size" { default = 128 }
variable "architectures" { default = null }
variable "tags" { default = {} }

locals {
  is_function = var.create && var.create_function && !var.create_layer
  source      = try(var.source_path[0].path, var.source_path[0], var.source_path.path, var.source_path)
  package     = try(coalesce(var.local_existing_package, local.source), null)
}

resource "aws_iam_role" "this" {}

resource "aws_lambda_function" "this" {
  for_each      = local.is_function ? { "" = true } : {}
  function_name = var.function_name
  handler       = var.handler
  runtime       = var.runtime
  description   = var.description
  role          = coalesce(var.lambda_role, aws_iam_role.this.arn)
  filename      = local.package
  image_uri     = var.image_uri
  package_type  = var.package_type
  layers        = var.layers
  timeout       = var.timeout
  memory_size   = var.memory_size
  architectures = var.architectures
  tags          = var.tags

  environment {
    variables = var.environment_variables
  }
}

resource "aws_lambda_layer_version" "this" {
  for_each            = var.create && var.create_layer ? { "" = true } : {}
  layer_name          = var.layer_name
  description         = var.description
  compatible_runtimes = var.compatible_runtimes
  filename            = local.package
}

output "lambda_function_arn" { value = try(aws_lambda_function.this[""].arn, "") }
output "lambda_function_arn_static" { value = try(aws_lambda_function.this[""].arn, "") }
output "lambda_function_name" { value = try(aws_lambda_function.this[""].function_name, "") }
output "lambda_function_invoke_arn" { value = try(aws_lambda_function.this[""].invoke_arn, "") }
output "lambda_function_qualified_arn" { value = try(aws_lambda_function.this[""].qualified_arn, "") }
output "lambda_function_version" { value = "$LATEST" }
output "lambda_role_arn" { value = coalesce(var.lambda_role, aws_iam_role.this.arn) }
output "lambda_role_name" { value = aws_iam_role.this.name }
output "lambda_layer_arn" { value = try(aws_lambda_layer_version.this[""].arn, "") }
output "lambda_layer_layer_arn" { value = try(aws_lambda_layer_version.this[""].layer_arn, "") }
output "lambda_cloudwatch_log_group_name" { value = try("/aws/lambda/${aws_lambda_function.this[""].function_name}", "") }
