"""Terraform modules as stacks.

`language/` parses and evaluates HCL, `functions/` has Terraform's functions, `resources/` turns
resources of the AWS provider into CloudFormation's, and the modules here put them together.
"""
