"""Tasks that call AWS services."""
