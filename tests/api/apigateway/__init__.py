"""Tests of APIs as they are served."""
