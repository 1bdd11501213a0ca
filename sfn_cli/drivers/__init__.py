"""Drivers: they run the interpreter and carry out what it asks for."""
