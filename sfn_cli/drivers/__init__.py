"""Drivers: they run the interpreter and carry out its requests."""
