"""HCL, Terraform's language: parses and evaluates it, and knows the place of every part."""
