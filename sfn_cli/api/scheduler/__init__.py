"""The operations of EventBridge Scheduler: schedules and their groups."""
