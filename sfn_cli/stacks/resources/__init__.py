"""Makes the resources of a stack: a table from type to what creates, updates and deletes it."""
