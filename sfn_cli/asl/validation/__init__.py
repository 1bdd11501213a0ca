"""Validates a definition: reports every problem at once, with AWS's codes and messages."""
