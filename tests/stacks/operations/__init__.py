"""CloudFormation's operations."""
