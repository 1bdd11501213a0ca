variable "region" {
  type    = string
  default = "us-east-1"
}

variable "prefix" {
  type    = string
  default = "payment-terraform"
}

variable "approval_limit" {
  type        = number
  default     = 1000
  description = "A payment above this amount waits for approval."
}
