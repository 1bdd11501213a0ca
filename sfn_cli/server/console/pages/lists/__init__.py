"""Pages that list state machines and executions."""
