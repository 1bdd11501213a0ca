"""The pages of the console: HTML from the views of executions, machines and definitions."""
