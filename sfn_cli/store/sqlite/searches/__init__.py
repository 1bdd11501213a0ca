"""Searches over many executions."""
