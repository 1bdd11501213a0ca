"""Drivers: who turns the interpreter's handle."""
