"""TestState: runs a single state."""
