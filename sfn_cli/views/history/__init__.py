"""A history from outside: events of GetExecutionHistory, their frames, and a replay of them."""
