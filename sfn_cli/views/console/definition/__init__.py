"""The page of a definition: its graph beside its text, its problems, and its differences."""
