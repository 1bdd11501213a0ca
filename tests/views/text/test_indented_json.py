"""Indented JSON is the same value in readable lines."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfn_cli.views.text.indented_json import indented_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=12) | st.dictionaries(st.text(max_size=10), inner, max_size=6),
)


@given(JSON, st.integers(-5, 100))
def test_same_value(value: Any, columns: int) -> None:
    """The text parses to the same value, with members in the same order."""
    read = json.loads(indented_json(value, columns))
    assert json.dumps(read) == json.dumps(value)


@pytest.mark.parametrize(
    "value, text",
    [
        ({"a": 1, "b": [1, 2]}, '{"a": 1, "b": [1, 2]}'),
        ([], "[]"),
        ("x" * 200, json.dumps("x" * 200)),
        ({"a": "x" * 90}, '{\n  "a": "' + "x" * 90 + '"\n}'),
        ([{"n": 1}, {"n": "x" * 80}], '[\n  {"n": 1},\n  {\n    "n": "' + "x" * 80 + '"\n  }\n]'),
    ],
)
def test_lines(value: Any, text: str) -> None:
    """A value that fits in a line is on one line."""
    assert indented_json(value, 80) == text


def test_narrow_lines() -> None:
    """If nothing fits, each member has its own line; empty values stay on one line."""
    assert indented_json({"a": [], "b": {"c": {}}}, 1) == '{\n  "a": [],\n  "b": {\n    "c": {}\n  }\n}'


def test_numbers_fill_lines() -> None:
    """A long list of numbers needs few lines."""
    lines = indented_json(list(range(300)), 80).splitlines()
    assert len(lines) < 25
    assert max(map(len, lines)) <= 80
