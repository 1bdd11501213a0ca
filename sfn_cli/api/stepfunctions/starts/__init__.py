"""Starts of executions other than StartExecution: synchronous, many at once, and one again."""
