"""`sfn graph`: machines and executions as pictures and as text."""
