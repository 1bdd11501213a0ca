"""What is known of the interpreters of this machine (runtimes.py)."""
