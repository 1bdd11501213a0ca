"""Displays the problems of a definition beside its lines."""
