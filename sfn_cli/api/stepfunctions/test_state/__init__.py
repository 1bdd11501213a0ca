"""TestState: runs one state on its own."""
