"""Fixtures for the tests of the Lambda operations."""

from __future__ import annotations

from tests.functions.conftest import bench, call, create, interpreters, make_bench

__all__ = ["bench", "call", "create", "interpreters", "make_bench"]
