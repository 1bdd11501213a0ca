"""Output formats; the transcripts test most of them."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.cli.failures import CommandFailedError
from sfn_cli.cli.operations.paging import Page, merge_pages
from sfn_cli.cli.operations.query import compile_query
from sfn_cli.cli.output import local_time_in_output, show_output, write_output
from sfn_cli.cli.output.json import write_pages
from sfn_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator


def written(value: Any, output: str) -> str:
    stream = io.StringIO()
    write_output(value, output, "Title", stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    "value, text",
    [
        ({}, ""),
        ([], ""),
        (None, "None\n"),
        (True, "True\n"),
        ("a\nb", "a\nb\n"),
        ({"b": 1, "a": "x"}, "x\t1\n"),
        ({"list": ["x", "y"]}, "LIST\tx\nLIST\ty\n"),
        ([["a", 1], ["b", 2]], "a\t1\nb\t2\n"),
        ([{"a": 1}, {"b": 2}], "1\t\n\t2\n"),
        ({"s": {"x": 1, "deep": {"y": 2}}}, "S\t1\nDEEP\t2\n"),
    ],
)
def test_text(value: Any, text: str) -> None:
    """Text has scalars between tabs, sorted by key, and nested values on separate lines."""
    assert written(value, "text") == text


@pytest.mark.parametrize(
    "value, text",
    [
        ({}, ""),
        (None, "null\n"),
        ([], "[]\n"),
        ({"b": "ü", "a": [1]}, '{\n    "b": "ü",\n    "a": [\n        1\n    ]\n}\n'),
    ],
)
def test_json(value: Any, text: str) -> None:
    """JSON has four spaces, the original order and unescaped text; an empty response prints nothing."""
    assert written(value, "json") == text


ODD = [
    None,
    True,
    1,
    -0.5,
    10**30,
    float("nan"),
    "",
    'q"\\\n\t\x00\x7f\u2028é😀',
    [],
    {},
    [[]],
    {"": {}},
    (1, "t"),
    {1: 2, None: 3},
]


@pytest.mark.parametrize(
    "value", [*ODD, ODD, {"a": ODD, "b": {"c": {"d": [ODD, ODD]}}}, [{"a": [{"b": [1, {"c": None}]}]}]]
)
def test_json_is_what_python_writes(value: Any) -> None:
    """The output equals that of json.dumps, byte for byte, at every depth."""
    expected = "" if value == {} else json.dumps(value, indent=4, ensure_ascii=False, default=str) + "\n"
    assert written(value, "json") == expected


@pytest.mark.parametrize(
    "pages",
    [
        [{"a": []}],
        [{"a": [1]}],
        [{"a": [{"x": ["y"]}, 2]}, {"a": []}, {"a": [3]}],
        [{"a": []}, {"a": [1], "NextToken": "t"}],
        [{"a": [], "b": [1]}, {"a": [2], "b": [{"c": 3}]}],
        [{"b": [1]}, {"b": [2], "NextToken": "t"}],
        [{}, {}],
        [{}, {"NextToken": "t"}],
    ],
)
def test_pages_of_json_are_one_answer(pages: list[dict[str, Any]]) -> None:
    """Pages written one by one have the same JSON as the whole response."""
    stream = io.StringIO()
    write_pages(pages, "a", stream)
    assert stream.getvalue() == written(merge_pages(Page(page) for page in pages), "json")


def test_a_page_of_json_is_written_when_it_is_read() -> None:
    """A page is written before the next one is read."""
    stream = io.StringIO()

    def pages() -> Iterator[dict[str, Any]]:
        for item in ("one", "two"):
            yield {"a": [item]}
            assert item in stream.getvalue()

    write_pages(pages(), "a", stream)


@pytest.mark.parametrize(
    "value, text",
    [
        ({}, ""),
        (None, "null\n"),
        ("x", "x\n"),
        ("a\nb", '"a\\nb"\n'),
        (
            {"level": "OFF", "enabled": True, "answer": "true", "list": ["ü"]},
            "answer: 'true'\nenabled: true\nlevel: OFF\nlist:\n- ü\n",
        ),
        ({"at": "2024-06-10T06:13:20+00:00"}, "at: '2024-06-10T06:13:20+00:00'\n"),
    ],
)
def test_yaml(value: Any, text: str) -> None:
    """YAML has sorted keys; text is not quoted if YAML 1.2 reads it as text."""
    assert written(value, "yaml") == text


@pytest.mark.parametrize("value", [None, [], {}])
def test_an_empty_table_is_nothing(value: Any) -> None:
    """An empty table has no box."""
    assert written(value, "table") == ""


def test_tables_of_rows() -> None:
    """Lists of lists are rows without headers."""
    assert written([["hello", "STANDARD"], ["waiter", "STANDARD"]], "table") == (
        "------------------------\n"
        "|         Title        |\n"
        "+---------+------------+\n"
        "|  hello  |  STANDARD  |\n"
        "|  waiter |  STANDARD  |\n"
        "+---------+------------+\n"
    )


def test_off() -> None:
    """--output off prints nothing."""
    assert written({"a": 1}, "off") == ""


def test_show_follows_the_model() -> None:
    """Members are in the model's order, without None and unknown ones; blobs are in base64."""
    shape = {
        "type": "structure",
        "members": {"b": {"type": "blob"}, "t": {"type": "timestamp"}, "a": {"type": "string"}},
    }
    assert list(show_output({"a": None, "t": 0, "b": b"hi", "x": 1}, shape).items()) == [
        ("b", "aGk="),
        ("t", "1970-01-01T00:00:00+00:00"),
    ]


@pytest.mark.parametrize(
    "zone, at, text",
    [
        ("UTC", 1718000000123, "2024-06-10T06:13:20.123000+00:00"),
        ("UTC", 1718000001000, "2024-06-10T06:13:21+00:00"),
        ("Asia/Kolkata", 1718000000123, "2024-06-10T11:43:20.123000+05:30"),
    ],
)
def test_times_are_local(zone: str, at: int, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Times are in this machine's time zone, with microseconds if they are not zero."""
    import time

    monkeypatch.setenv("TZ", zone)
    time.tzset()
    assert local_time_in_output(at) == text


@pytest.mark.parametrize(
    "expression, value, found",
    [
        ("a", {"a": 1}, 1),
        ("a.b", {"a": {"b": 2}}, 2),
        ("a.b", {"a": "text"}, None),
        ("a", [1], None),
        ("a[0]", {"a": [3]}, 3),
        ("length(a)", {"a": [3]}, 1),
        ("a[?b=='x'].c | [0]", {"a": [{"b": "x", "c": 4}]}, 4),
    ],
)
def test_queries(expression: str, value: Any, found: Any) -> None:
    """A query returns a part of the response, or null if there is no such part."""
    assert compile_query(expression)(value) == found


def test_a_plain_path_needs_no_library() -> None:
    """The most common queries do not import jmespath."""
    loaded = sys.modules.pop("jmespath", None)
    try:
        compile_query("executionArn")({"executionArn": "x"})
        assert "jmespath" not in sys.modules
    finally:
        if loaded:
            sys.modules["jmespath"] = loaded


def test_invalid_queries() -> None:
    """Bad syntax is reported before the request; a wrong type after the response."""
    with pytest.raises(UsageError, match="Bad value for --query a\\["):
        compile_query("a[")
    with pytest.raises(CommandFailedError, match="invalid type for value"):
        compile_query("length(a)")({"a": 1})
