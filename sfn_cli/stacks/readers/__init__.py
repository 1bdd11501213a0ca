"""Reads each kind of project."""
