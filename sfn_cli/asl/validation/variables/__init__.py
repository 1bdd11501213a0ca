"""The variables of a machine: which states read them, and their scopes."""
