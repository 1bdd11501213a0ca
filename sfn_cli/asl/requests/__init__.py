"""The arguments of tasks, read as requests of AWS's operations."""
