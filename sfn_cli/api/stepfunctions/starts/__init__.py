"""Starts of executions that AWS has no operation for: many at once, and one again."""
