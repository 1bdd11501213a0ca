"""The operations of EventBridge: buses, rules and their targets, archives, connections, API destinations."""
