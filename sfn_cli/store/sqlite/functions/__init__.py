"""Functions, their versions, aliases, and asynchronous invocations."""
