"""`sfn diff`: what differs between two executions, or between two definitions."""
