"""Deploys a stack: makes what differs from the last deploy, and takes it back if that fails."""
