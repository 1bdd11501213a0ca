"""Reads Terraform modules as stacks.

`language/` parses and evaluates HCL, `functions/` has Terraform's functions, `resources/` converts
resources of the AWS provider to CloudFormation's. The modules of this package combine them.
"""
