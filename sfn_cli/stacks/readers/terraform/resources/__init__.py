"""Resources of Terraform's AWS provider, as CloudFormation's."""
