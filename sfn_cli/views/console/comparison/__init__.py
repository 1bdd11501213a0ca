"""The page that compares two executions: one graph with the marks of both, and their states."""
