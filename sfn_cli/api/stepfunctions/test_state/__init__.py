"""TestState: one state is run on its own."""
