"""Deploys a stack: creates or changes what differs from the last deploy, and rolls back on failure."""
