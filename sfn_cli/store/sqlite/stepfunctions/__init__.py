"""State machines, executions and their parts."""
