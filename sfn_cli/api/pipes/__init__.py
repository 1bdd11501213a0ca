"""The operations of EventBridge Pipes."""
