"""JSON text in lines."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfn_cli.views.text.spread_json import spread_json

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(_VALUES)
def test_the_value_stays(value: Any) -> None:
    """The lines have the same value as the text."""
    padded = json.dumps([value, "x" * 80], separators=(",", ":"))
    assert json.loads(spread_json(padded)) == json.loads(padded)


@pytest.mark.parametrize(
    "text, shown",
    [
        ('{"a": 1.10}', '{"a": 1.10}'),  # short
        ('[1,\n2, "' + "x" * 80 + '"]', '[1,\n2, "' + "x" * 80 + '"]'),  # in lines already
        (
            '{"a":1.10,"b":{},"c":[],"d":["' + "x" * 80 + '",{"e":"{,}"}]}',
            '{\n  "a": 1.10,\n  "b": {},\n  "c": [],\n  "d": [\n    "'
            + "x" * 80
            + '",\n    {\n      "e": "{,}"\n    }\n  ]\n}',
        ),
    ],
)
def test_lines(text: str, shown: str) -> None:
    """Long texts are in lines; values stay as they are written."""
    assert spread_json(text) == shown
