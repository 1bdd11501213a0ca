"""Differences between JSON values, path by path."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.views.json_changes import json_changes


@pytest.mark.parametrize(
    "before, after, changes",
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, []),
        ({"total": 5}, {"total": 7}, ["~ $.total 5 7"]),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3, 4]}}, ["~ $.a.b[1] 2 3", "+ $.a.b[2] None 4"]),
        ({"a": 1, "b": 2}, {"a": 1, "c": [3]}, ["+ $.c None [3]", "- $.b 2 None"]),
        ({"unit price": 1, "it's": 2}, {"unit price": 2, "it's": 2}, ["~ $['unit price'] 1 2"]),
        ({"a": 1}, {"b": 1}, ['~ $ {"a":1} {"b":1}']),
        ({}, {"b": 1}, ["+ $.b None 1"]),
        ([1], [], ["~ $ [1] []"]),
        (1, True, ["~ $ 1 true"]),
        (1, 1.0, ["~ $ 1 1.0"]),
        (None, {"a": 1}, ['~ $ null {"a":1}']),
    ],
)
def test_changes(before: Any, after: Any, changes: list[str]) -> None:
    assert [" ".join(map(str, change)) for change in json_changes(before, after)] == changes
