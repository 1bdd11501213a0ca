"""The operations of Step Functions, by what they are about."""
