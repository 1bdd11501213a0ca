"""Fixtures: those of the functions' tests, for their operations."""

from __future__ import annotations

from tests.functions.conftest import bench, call, create, interpreters, make_bench

__all__ = ["bench", "call", "create", "interpreters", "make_bench"]
