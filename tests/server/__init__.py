"""Tests of `sfn serve`."""
