"""Converts resources of Terraform's AWS provider to CloudFormation's."""
