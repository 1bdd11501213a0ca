"""The graph of a definition: states and transitions, with an execution's path and statuses."""
