"""The operations of EventBridge: connections, which authorize HTTP tasks."""
