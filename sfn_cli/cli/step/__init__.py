"""Stepping at a terminal: `sfn step` through a history, and `sfn run --step` through a run."""
