"""Template files: YAML with short forms, JSON, and the place of each value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.errors import UsageError
from sfn_cli.stacks.readers.template_file import read_template_file
from sfn_cli.stacks.stack import TemplateError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("text, value", [
    ("a: !Ref X", {"a": {"Ref": "X"}}),
    ("a: !GetAtt X.Outputs.Url", {"a": {"Fn::GetAtt": ["X", "Outputs.Url"]}}),
    ("a: !GetAtt [X, Arn]", {"a": {"Fn::GetAtt": ["X", "Arn"]}}),
    ("a: !Sub '${X}'", {"a": {"Fn::Sub": "${X}"}}),
    ("a: !Sub ['${X}', {X: !Ref Y}]", {"a": {"Fn::Sub": ["${X}", {"X": {"Ref": "Y"}}]}}),
    ("a: !Condition X", {"a": {"Condition": "X"}}),
    ("a: !If [X, !Ref A, !Ref B]", {"a": {"Fn::If": ["X", {"Ref": "A"}, {"Ref": "B"}]}}),
    ("a: !Base64 1", {"a": {"Fn::Base64": "1"}}),
    ("a: !Transform {Name: AWS::Include}", {"a": {"Fn::Transform": {"Name": "AWS::Include"}}}),
    ("a: 2010-09-09", {"a": "2010-09-09"}),
    ("a: 2010-09-09T01:02:03Z", {"a": "2010-09-09T01:02:03Z"}),
    ("a: 12:30", {"a": "12:30"}),
    ("a: 1.2.3", {"a": "1.2.3"}),
    ("a: [1, -2, 0x10, 010, 1_000, 1.5, .5, 1.0e+3]", {"a": [1, -2, 16, 8, 1000, 1.5, 0.5, 1000.0]}),
    ("a: 012345678901", {"a": "012345678901"}),
    ("a: [.inf, .nan]", {"a": [".inf", ".nan"]}),
    ("a: [true, yes, off, ~, null, ]", {"a": [True, True, False, None, None]}),
    ("on: 1\n200: 2", {"on": 1, "200": 2}),
    ("a: '1'", {"a": "1"}),
    ("a: |\n  x\n  y\n", {"a": "x\ny\n"}),
    ("a: &b {c: 1}\nd: *b", {"a": {"c": 1}, "d": {"c": 1}}),
    ("a: &b {c: 1, d: 2}\ne:\n  <<: *b\n  c: 3", {"a": {"c": 1, "d": 2}, "e": {"c": 3, "d": 2}}),
    ('{"a": [1, {"b": "\\ud83d\\ude00"}]}', {"a": [1, {"b": "😀"}]}),
    ("{\n\t\"a\": 1\n}", {"a": 1}),
    ("{a: !Ref X}", {"a": {"Ref": "X"}}),
    ("\ufeffa: 1", {"a": 1}),
    ("", None),
])  # fmt: skip
def test_value(tmp_path: Path, text: str, value: Any) -> None:
    """Values have CloudFormation's form: functions in their long form, dates as strings."""
    (file := tmp_path / "template.yaml").write_text(text)
    assert read_template_file(file).value == value


@pytest.mark.parametrize("text, path, line, column", [
    ("a:\n  b: 1", ("a",), 1, 1),
    ("a:\n  b: 1", ("a", "b"), 2, 6),
    ("a: [x, !Ref Y]", ("a", 1), 1, 8),
    ("a:\n  - x\n  - b: !Sub y", ("a", 1, "b"), 3, 8),
    ("a:\n  - x\n  - b: !Sub y", ("a", 1, "b", "Fn::Sub"), 3, 8),
    ('{\n "a": {"b": [1,\n  {"c": 2}]}\n}', ("a",), 2, 2),
    ('{\n "a": {"b": [1,\n  {"c": 2}]}\n}', ("a", "b", 0), 2, 14),
    ('{\n "a": {"b": [1,\n  {"c": 2}]}\n}', ("a", "b", 1, "c"), 3, 9),
])  # fmt: skip
def test_place(tmp_path: Path, text: str, path: tuple[str | int, ...], line: int, column: int) -> None:
    """A value has its own place, or its key's place if it begins on a later line."""
    (file := tmp_path / ("t.json" if text[0] == "{" else "t.yaml")).write_text(text)
    assert read_template_file(file).places[path] == (str(file), line, column)


@pytest.mark.parametrize("name, text, line, column, message", [
    ("t.yaml", "a: [1\nb: 2", 2, 2, "Invalid YAML: "),
    ("t.yaml", "a: 1\n b: 2", 2, 3, "Invalid YAML: "),
    ("t.yaml", "a: !<x> 1", 1, 4, "Invalid YAML: the tag x is not a CloudFormation function"),
    ("t.yaml", "? [a]\n: 1", 1, 3, "Invalid YAML: a key must be a string"),
    ("t.yaml", "a: &x [*x]", 1, 8, "Invalid YAML: the alias 'x' is within its own value"),
    ("t.yaml", "a: *x", 1, 4, "Invalid YAML: "),
    ("t.yaml", "a: " + "[" * 1001, 1, 1003, "Invalid YAML: "),
    ("t.json", '{"a": 1,}', 1, 9, "Invalid JSON: "),
    ("t.json", "[" * 1001, 1, 1, "Invalid JSON: "),
])  # fmt: skip
def test_fault(tmp_path: Path, name: str, text: str, line: int, column: int, message: str) -> None:
    """Invalid YAML or JSON is an error with its line and column."""
    (file := tmp_path / name).write_text(text)
    with pytest.raises(TemplateError) as caught:
        read_template_file(file)
    assert caught.value.message.startswith(message)
    assert caught.value.place == (str(file), line, column)
    assert "\n" not in str(caught.value)


def test_aliases_that_expand(tmp_path: Path) -> None:
    """A few lines that expand to millions of values are rejected before any value is built."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (file := tmp_path / "t.yaml").write_text("\n".join(lines))
    with pytest.raises(TemplateError, match="the value is too large with its aliases expanded"):
        read_template_file(file)


@pytest.mark.parametrize("name, text", [
    ("t.yaml", "Resources:\n  A: 1\n  A: 2\n"),
    ("t.json", '{"Resources": {\n "A": 1,\n "A": 2}}'),
])  # fmt: skip
def test_key_that_is_there_twice(tmp_path: Path, name: str, text: str) -> None:
    """The last value of a duplicate key is used, as in AWS's tools, and a note has its place."""
    (file := tmp_path / name).write_text(text)
    read = read_template_file(file)
    assert read.value == {"Resources": {"A": 2}}
    line, column = (3, 3) if name == "t.yaml" else (3, 2)
    assert read.notes == (f'{file}:{line}:{column}: the key "A" occurs twice. The last one is used.',)


def test_unreadable_files(tmp_path: Path) -> None:
    """A missing file or a file that is not text is a one-line error."""
    with pytest.raises(UsageError, match="No such file or directory"):
        read_template_file(tmp_path / "gone.yaml")
    (file := tmp_path / "t.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="it is not UTF-8 text"):
        read_template_file(file)
