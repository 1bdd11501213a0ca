"""Words of argv become values of the model's types."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sfn_cli.cli.failures import CommandFailedError
from sfn_cli.cli.operations import shorthand, values
from sfn_cli.cli.operations.options import Option
from sfn_cli.errors import UsageError

STRING = {"type": "string"}
STRUCTURE = {
    "type": "structure",
    "members": {
        "name": STRING,
        "enabled": {"type": "boolean"},
        "count": {"type": "integer"},
        "words": {"type": "list", "member": STRING},
        "inner": {"type": "structure", "members": {"arn": STRING}},
        "items": {"type": "list", "member": {"type": "structure", "members": {"arn": STRING}}},
        "map": {"type": "map", "key": STRING, "value": {"type": "integer"}},
    },
}


@pytest.mark.parametrize(
    "text, value",
    [
        ("name=a", {"name": "a"}),
        ("name=a b,enabled=true", {"name": "a b", "enabled": True}),
        ("name=", {"name": ""}),
        ("name='a,b=c'", {"name": "a,b=c"}),
        ('name="a \\"b\\""', {"name": 'a "b"'}),
        ("name=a\\,b", {"name": "a,b"}),
        ("count=5,enabled=FALSE", {"count": 5, "enabled": False}),
        ("count=five", {"count": "five"}),
        ("words=a,b,name=c", {"words": ["a", "b"], "name": "c"}),
        ("words=a", {"words": ["a"]}),
        ("words=[a, b]", {"words": ["a", "b"]}),
        ("words=[]", {"words": []}),
        ("inner={arn=x:y}", {"inner": {"arn": "x:y"}}),
        ("inner={}", {"inner": {}}),
        ("items=[{arn=x},{arn=y}],name=z", {"items": [{"arn": "x"}, {"arn": "y"}], "name": "z"}),
        ("map={a=1,b=2}", {"map": {"a": 1, "b": 2}}),
        ("name=a=b", {"name": "a=b"}),
        (' {"name": "j"}', {"name": "j"}),
        ("unknown=x", {"unknown": "x"}),
    ],
)
def test_structures(text: str, value: Any) -> None:
    """A structure is JSON or shorthand; shorthand's texts get the model's types."""
    assert values.option_value(Option("--x", "x", shape=STRUCTURE), text) == value


@pytest.mark.parametrize(
    "text, message",
    [
        ("name", "Expected: '=', received: 'EOF' for input:\n name\n    ^"),
        ("words=[a", "Expected: ',', received: 'EOF' for input:\n words=[a\n        ^"),
        ("name='a", "Expected: ''', received: 'EOF' for input:\n name='a\n       ^"),
        ("name=a,", "Expected: '=', received: 'EOF' for input:\n name=a,\n       ^"),
    ],
)
def test_shorthand_errors_point_at_the_trouble(text: str, message: str) -> None:
    """The text is shown with a mark below it."""
    with pytest.raises(shorthand.ShorthandError) as caught:
        shorthand.parse_shorthand(text, lambda _: None)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "kind, given, value",
    [
        ("string", "text", "text"),
        ("string", "file://text.txt", "tëxt\n"),
        ("string", "fileb://text.txt", "tëxt\n"),
        ("string", "http://example.com", "http://example.com"),
        ("long", "7", 7),
        ("double", "0.5", 0.5),
        ("blob", "aGk=", b"hi"),
        ("blob", "", b""),
        ("blob", "fileb://text.txt", "tëxt\n".encode()),
    ],
)
def test_scalars(kind: str, given: str, value: Any) -> None:
    """A scalar is the word itself, or the content of the file that it names; a blob is base64."""
    Path("text.txt").write_text("tëxt\n", encoding="utf-8")
    assert values.option_value(Option("--x", "x", shape={"type": kind}), given) == value


def test_raw_blobs() -> None:
    """--cli-binary-format raw-in-base64-out: a blob is passed unchanged."""
    assert values.option_value(Option("--x", "x", shape={"type": "blob"}), "{}", raw_blobs=True) == b"{}"


@pytest.mark.parametrize(
    "words, value",
    [
        (["a", "b,c"], ["a", "b,c"]),
        (['["a", "b"]'], ["a", "b"]),
        (["file://list.json"], ["x"]),
        ([], []),
    ],
)
def test_lists(words: list[str], value: Any) -> None:
    """A list is JSON in one word, or a word for each element."""
    Path("list.json").write_text('["x"]')
    assert (
        values.option_value(Option("--x", "x", "many", shape={"type": "list", "member": STRING}), words)
        == value
    )


@pytest.mark.parametrize(
    "kind, given, error, message",
    [
        ("blob", "{}", CommandFailedError, 'Invalid base64: "{}"'),
        (
            "string",
            "file://gone",
            UsageError,
            "Error parsing parameter '--x': Unable to load paramfile file://gone",
        ),
        ("map", "{", UsageError, "Error parsing parameter '--x': Invalid JSON: Expecting property name"),
    ],
)
def test_what_cannot_be_read(kind: str, given: str, error: type[Exception], message: str) -> None:
    """An error names the option and what is wrong."""
    with pytest.raises(error) as caught:
        values.option_value(Option("--x", "x", shape={"type": kind, "value": STRING}), given)
    assert str(caught.value).startswith(message)
