"""Tasks that invoke functions."""
