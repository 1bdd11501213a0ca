"""Deploys that fail or are killed: rolls back, and recovers what a killed process has left."""
