"""Tasks that call AWS's services."""
