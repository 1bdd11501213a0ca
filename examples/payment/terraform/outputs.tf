output "state_machine" {
  description = "The ARN of the state machine"
  value       = aws_sfn_state_machine.payment.arn
}

output "bank_log" {
  description = "The log group of the bank"
  value       = "/aws/lambda/${aws_lambda_function.step["Bank"].function_name}"
}
