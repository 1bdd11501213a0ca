"""State machines, executions and all that belongs to them."""
