"""Completion of commands, options and resource names."""
