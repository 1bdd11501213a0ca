"""Stacks in SQLite."""
