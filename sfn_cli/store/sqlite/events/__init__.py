"""EventBridge's connections."""
