"""Commands for the local AWS services."""
