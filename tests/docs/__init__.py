"""Tests of the documentation: its console blocks, its words, its site."""
