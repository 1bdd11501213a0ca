"""Reference Paths: the place of ResultPath's result."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from sfn_cli.errors import StatesError
from sfn_cli.query.jsonpath.reference_path import ReferencePath


@pytest.mark.parametrize(
    "path, document, placed",
    [
        ("$", {"a": 1}, "new"),
        ("$.b", {"a": 1}, {"a": 1, "b": "new"}),
        ("$.a", {"a": 1}, {"a": "new"}),
        ("$.a.b.c", {}, {"a": {"b": {"c": "new"}}}),  # missing objects are created
        ("$.a.b", {"a": {"x": 1}}, {"a": {"x": 1, "b": "new"}}),
        ("$.a[1]", {"a": [1, 2]}, {"a": [1, "new"]}),
        ("$['a b']", {}, {"a b": "new"}),
    ],
)
def test_place(path: str, document: Any, placed: Any) -> None:
    """The result is a new document with the value at its place; the old one is unchanged."""
    before = copy.deepcopy(document)
    assert ReferencePath(path).place(document, "new") == placed
    assert document == before


@pytest.mark.parametrize(
    "path, document, cause",
    [
        ("$.a", "text", 'Unable to apply ReferencePath $.a to input "text"'),
        ("$.a", 4.0e10, "Unable to apply ReferencePath $.a to input 4.0E10"),
        ("$.a.b", {"a": 1}, 'Unable to apply step "b" to input {"a":1}'),
        ("$.a[2]", {"a": [1]}, 'Unable to apply step "2" to input {"a":[1]}'),
        ("$.a", [1], 'Unable to apply step "a" to input [1]'),
    ],
)
def test_place_within_what_is_no_object(path: str, document: Any, cause: str) -> None:
    """A name has no place in a string, a number or an array.

    stackd: dataflow_execution.json has the error; users quote the two forms of the cause.
    """
    with pytest.raises(StatesError) as caught:
        ReferencePath(path).place(document, "new")
    assert caught.value.error == "States.ReferencePathConflict"
    assert caught.value.cause == cause


@pytest.mark.parametrize("path", ["$.a[*]", "$..a", "$.a[0,1]", "$['a','b']", "$.a[1:]", "$.a[?(@.b)]", "a"])
def test_only_one_place(path: str) -> None:
    """A path that could name several places is not a Reference Path."""
    with pytest.raises(ValueError, match="Invalid"):
        ReferencePath(path)


def test_read() -> None:
    """A Reference Path can be read like any path."""
    assert ReferencePath("$.a[0]").read({"a": [7]}) == 7
    assert ReferencePath("$.a[0]").names == ("a", 0)
