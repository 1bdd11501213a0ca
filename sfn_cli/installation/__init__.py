"""How this sfn was installed, and the command that adds an extra to it."""
