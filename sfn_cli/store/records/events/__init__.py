"""Records of EventBridge: connections, and events on their way to a target."""
