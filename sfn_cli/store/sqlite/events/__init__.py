"""EventBridge connections."""
