"""How sfn was installed, and the hints that name the command for an extra."""
