"""Removes what belonged to deleted resources."""
