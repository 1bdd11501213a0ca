"""Records of Step Functions beside its machines and executions."""
