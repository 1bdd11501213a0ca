"""Tests of what APIs are made of, without a server."""
