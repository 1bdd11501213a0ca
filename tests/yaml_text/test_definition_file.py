"""Definitions in YAML: conversion to JSON, and the places of their values."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfn_cli.json_locations import json_line_and_column
from sfn_cli.yaml_text.definition_file import definition_as_json, definition_places, describe_yaml_error


@pytest.mark.parametrize(
    "written, value",
    [
        ("true", True),
        ("False", False),
        ("yes", "yes"),  # a boolean in YAML 1.1 only
        ("on", "on"),
        ("N", "N"),
        ("", None),
        ("~", None),
        ("null", None),
        ("5", 5),
        ("-0x1F", -31),
        ("0o17", 15),
        ("010", 10),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1_000", "1_000"),
        ("12:30:00", "12:30:00"),
        ("1.2.3", "1.2.3"),
        ("2026-11-27", "2026-11-27"),
        ("2026-11-27T10:00:00Z", "2026-11-27T10:00:00Z"),
        ("'5'", "5"),
        ('"null"', "null"),
        ("!!str 5", "5"),
        ("=", "="),
        ("$.id", "$.id"),
        ("'{% $states.input %}'", "{% $states.input %}"),
        ("|\n  {%\n    1\n  %}\n", "{%\n  1\n%}\n"),
        (">-\n  a\n  b\n", "a b"),
        ("[a, {b: 1}]", ["a", {"b": 1}]),
    ],
)
def test_values(written: str, value: Any) -> None:
    """Values follow YAML's JSON schema: special words of YAML 1.1 are strings."""
    assert json.loads(definition_as_json(f"Result: {written}", "m.asl.yaml")) == {"Result": value}


@pytest.mark.parametrize(
    "text, value",
    [
        ("200: a\ntrue: b\non: c\n~: d\n", {"200": "a", "true": "b", "on": "c", "~": "d"}),
        ("a: &x {b: 1, c: 2}\nd: *x\n", {"a": {"b": 1, "c": 2}, "d": {"b": 1, "c": 2}}),
        ("a: &x {b: 1, c: 2}\nd: {c: 3, <<: *x}\n", {"a": {"b": 1, "c": 2}, "d": {"b": 1, "c": 3}}),
        ("a: &x {b: 1}\nd: {<<: [{b: 2}, *x]}\n", {"a": {"b": 1}, "d": {"b": 2}}),
        ("é: ü\n", {"é": "ü"}),
        ('{\n\t"a": 1}', {"a": 1}),  # JSON, with a tab that YAML does not allow
    ],
)
def test_maps(text: str, value: Any) -> None:
    """A name is a string as written; `<<` merges maps, and a map's own fields override merged ones."""
    assert json.loads(definition_as_json(text, "m.yml")) == value


@pytest.mark.parametrize("path", ["m.asl.json", "m.json", "m"])
def test_other_files(path: str) -> None:
    """A file without a YAML suffix is left unchanged."""
    assert definition_as_json("a: 1", path) == "a: 1"


@pytest.mark.parametrize(
    "text, message",
    [
        ("a: !Sub x", "m.yaml:1:4: invalid YAML: the tag !Sub is not supported in a definition"),
        ("a: !!binary eA==", "m.yaml:1:4: invalid YAML: the tag !!binary is not supported in a definition"),
        ("a: 1\na: 2", "m.yaml:2:1: invalid YAML: the name 'a' occurs twice"),
        ("a: .inf", "m.yaml:1:4: invalid YAML: JSON does not support this number"),
        ("a: 1e999", "m.yaml:1:4: invalid YAML: JSON does not support this number"),
        ("? [a]\n: 1", "m.yaml:1:3: invalid YAML: a field's name must be a string, not a list or a map"),
        ("<<: 3", "m.yaml:1:5: invalid YAML: '<<' can merge only maps"),
        ("a: b: c", "m.yaml:1:5: invalid YAML: mapping values are not allowed here"),
        ("a: 1\n---\nb: 2", "m.yaml:2:1: invalid YAML: but found another document"),
        ("a: &b [*b]", "m.yaml:1:8: invalid YAML: the alias 'b' is within its own value"),
        ("# nothing", "m.yaml: invalid YAML: the document is empty"),
    ],
)
def test_refused(text: str, message: str) -> None:
    """Values that JSON does not have, and invalid YAML, are one-line errors with their place."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - an InvalidYamlError: describe_yaml_error takes no other
        definition_as_json(text, "m.yaml")
    assert describe_yaml_error(caught.value, "m.yaml") == message


def test_aliases_are_limited() -> None:
    """A few lines of text cannot expand to gigabytes."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(ValueError, match="the value is too large with its aliases expanded"):
        definition_as_json("\n".join(lines), "m.yaml")


def test_places() -> None:
    """Each location has the line and column of its field's name, or of its value."""
    text = "# x\nStartAt: A\nStates:\n  A/b:\n    Type: Pass\n    Retry:\n      - {ErrorEquals: [E, F]}\n"
    expected = {
        "/": (None, (2, 1)),
        "/StartAt": ((2, 1), (2, 10)),
        "/States/A~1b": ((4, 3), (5, 5)),
        "/States/A~1b/Retry[0]/ErrorEquals[1]": (None, (7, 27)),
    }
    found = definition_places(text, "m.yaml", [*expected, "/States/B"])
    assert {
        location: (
            None if place.key is None else json_line_and_column(text, place.key),
            json_line_and_column(text, place.value),
        )
        for location, place in found.items()
    } == expected
