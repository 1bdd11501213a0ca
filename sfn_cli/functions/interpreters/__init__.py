"""The interpreters on this machine (runtimes.py)."""
