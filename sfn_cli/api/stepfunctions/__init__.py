"""The operations of Step Functions, by noun."""
