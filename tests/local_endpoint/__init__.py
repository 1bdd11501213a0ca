"""Tests of the home's one local endpoint."""
