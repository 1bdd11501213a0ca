"""The reasons why a text is not JSON, in Jackson's words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfn_cli.json_text import NotJson, read_json

VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"


@pytest.mark.parametrize(
    "text, message, column",
    [
        ("not some json", f"Unrecognized token 'not': was expecting {VALUES}", 4),  # recorded
        (  # recorded
            "{'not': 'json'",
            "Unexpected character (''' (code 39)): was expecting double-quote to start field name",
            2,
        ),
        (
            '{"a" 1}',
            "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value",
            6,
        ),
        (
            '{"a":1 "b":2}',
            "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries",
            8,
        ),
        ("[1 2]", "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries", 4),
        ("[1,]", f"Unexpected character (']' (code 93)): expected a valid value {VALUES}", 4),
        (
            '{"a":1,}',
            "Unexpected character ('}' (code 125)): was expecting double-quote to start field name",
            8,
        ),
        ("01", "Invalid numeric value: Leading zeroes not allowed", 1),
        ("{} x", f"Unrecognized token 'x': was expecting {VALUES}", 5),
        ("1 2", "Trailing tokens are not allowed after the JSON value", 4),
        ('"\\x"', "Unrecognized character escape 'x' (code 120)", 3),
        ("[" * 100_000, "Document nesting depth (1001) exceeds the maximum allowed (1000)", 1),
        ("9" * 5000, "Number value length exceeds the maximum allowed (1000)", 1),
        ("[-1e999]", "Numeric value (-1e999) out of range of double", 1),  # it would be written as -Infinity
    ],
)
def test_faults(text: str, message: str, column: int) -> None:
    """The first error is reported, with its column."""
    with pytest.raises(NotJson) as refused:
        read_json(text)
    assert (refused.value.message, refused.value.line, refused.value.column) == (message, 1, column)


@given(st.text(alphabet='{}[],:"\\ \n\t01-+.eEu/trufalsn\x00é', max_size=12))
def test_every_refused_text_has_a_reason(text: str) -> None:
    """The reader has a reason for every text that Python's parser refuses, and ends for every text."""
    try:
        json.loads(text)
    except ValueError:
        with pytest.raises(NotJson) as refused:
            read_json(text)
        assert "Number value length" not in refused.value.message
    else:
        if "e" in text.lower():  # Python reads 1e1111 as infinite
            return
        read_json(text)
