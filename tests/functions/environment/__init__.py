"""Tests of what a function finds in its environment."""
