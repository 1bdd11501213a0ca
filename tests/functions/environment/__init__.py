"""Tests of a function's environment."""
