"""The differences between two JSON values."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.views.diff.value_changes import ABSENT, changes_of_texts, value_changes


@pytest.mark.parametrize(
    "before, after, changes",
    [
        ({"total": 5}, {"total": 7}, [("total", 5, 7)]),
        (5, 7, [("", 5, 7)]),
        (1, 1.0, []),
        (True, 1, [("", True, 1)]),
        ({"a": None}, {}, [("a", None, ABSENT)]),
        ({"a": 1}, {"b": 1}, [("a", 1, ABSENT), ("b", ABSENT, 1)]),
        ({"a": {"b": [{"c": 1}, 2]}}, {"a": {"b": [{"c": 3}, 2]}}, [("a.b[0].c", 1, 3)]),
        ({"a b": 1, "1": 2}, {"a b": 2, "1": 3}, [('["a b"]', 1, 2), ('["1"]', 2, 3)]),
        # An insertion or removal in an array does not affect other items
        ([1, 2, 3], [0, 1, 2, 3], [("[0]", ABSENT, 0)]),
        ([1, 2, 3], [1, 3], [("[1]", 2, ABSENT)]),
        ([1, 2, 3], [1, 9, 3], [("[1]", 2, 9)]),
        ([1], {"a": 1}, [("", [1], {"a": 1})]),
        # Objects in strings
        ({"body": '{"n": 1}'}, {"body": '{"n":2}'}, [("body.n", 1, 2)]),
        ({"body": '{"n": 1}'}, {"body": '{"n":1}'}, [("body", '{"n": 1}', '{"n":1}')]),
    ],
)
def test_changes(before: Any, after: Any, changes: list[tuple[str, Any, Any]]) -> None:
    """The innermost different values have their paths."""
    assert [tuple(change) for change in value_changes(before, after)] == changes


@pytest.mark.parametrize(
    "before, after, changes",
    [
        ('{"a":1}', '{ "a": 1 }', []),
        (None, "1", [("", ABSENT, 1)]),
        (None, None, []),
        ('{"cut o', "{}", [("", '{"cut o', {})]),
    ],
)
def test_texts(before: str | None, after: str | None, changes: list[tuple[str, Any, Any]]) -> None:
    """JSON texts are compared by their values; None is an absent value."""
    assert [tuple(change) for change in changes_of_texts(before, after)] == changes
