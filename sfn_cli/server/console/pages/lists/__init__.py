"""The lists of the console: state machines, and executions of one or of all."""
