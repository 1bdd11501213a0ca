terraform {
  required_providers {
    aws     = { source = "hashicorp/aws", version = "~> 5.0" }
    archive = { source = "hashicorp/archive", version = "~> 2.0" }
  }
}

provider "aws" {
  region = var.region
}

locals {
  functions = toset(["Bank", "Warehouse", "AskManager"])
}

data "archive_file" "code" {
  for_each    = local.functions
  type        = "zip"
  source_dir  = "${path.module}/../functions/${each.key}"
  output_path = "${path.module}/build/${each.key}.zip"
}

resource "aws_lambda_function" "step" {
  for_each         = local.functions
  function_name    = "${var.prefix}-${each.key}"
  role             = aws_iam_role.functions.arn
  runtime          = "python3.12"
  handler          = "app.lambda_handler"
  timeout          = 10
  filename         = data.archive_file.code[each.key].output_path
  source_code_hash = data.archive_file.code[each.key].output_base64sha256
}

resource "aws_sfn_state_machine" "payment" {
  name     = "${var.prefix}-machine"
  role_arn = aws_iam_role.machine.arn
  definition = templatefile("${path.module}/../sam/payment.asl.json", merge(
    { for name, function in aws_lambda_function.step : name => function.arn },
    { ApprovalLimit = var.approval_limit },
  ))
}

resource "aws_iam_role" "machine" {
  name               = "${var.prefix}-machine"
  assume_role_policy = data.aws_iam_policy_document.assume["states"].json
}

resource "aws_iam_role" "functions" {
  name               = "${var.prefix}-functions"
  assume_role_policy = data.aws_iam_policy_document.assume["lambda"].json
}

resource "aws_iam_role_policy" "invoke" {
  role = aws_iam_role.machine.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "lambda:InvokeFunction"
      Resource = [for function in aws_lambda_function.step : function.arn]
    }]
  })
}

resource "aws_iam_role_policy_attachment" "logs" {
  role       = aws_iam_role.functions.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

data "aws_iam_policy_document" "assume" {
  for_each = toset(["states", "lambda"])
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["${each.key}.amazonaws.com"]
    }
  }
}
