"""Reads each kind of project as a stack."""
