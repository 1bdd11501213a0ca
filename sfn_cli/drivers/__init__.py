"""Drivers: they run the interpreter and carry out the tasks that it opens."""
