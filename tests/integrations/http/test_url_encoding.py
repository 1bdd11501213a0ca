"""JSON values in URLs and forms."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest

from sfn_cli.integrations.http.url_encoding import url_encode, url_form_pairs, url_query_pairs

ARRAY = {"array": ["a", "b"]}


@pytest.mark.parametrize(
    "body, array_format, form",
    [
        # AWS's examples.
        (ARRAY, "INDICES", "array[0]=a&array[1]=b"),
        (ARRAY, "REPEAT", "array=a&array=b"),
        (ARRAY, "COMMAS", "array=a,b"),
        (ARRAY, "BRACKETS", "array[]=a&array[]=b"),
        ({"metadata": {"order_details": "x"}}, "INDICES", "metadata[order_details]=x"),
        ({"a": [{"b": 1}, [2]]}, "INDICES", "a[0][b]=1&a[1][0]=2"),
        ({"n": 1.5, "t": True, "z": None, "s": ""}, "INDICES", "n=1.5&t=true&z=&s="),
        ({"a": []}, "INDICES", ""),
    ],
)
def test_forms(body: Any, array_format: str, form: str) -> None:
    """Nested values have their path in brackets; ArrayFormat sets the form of items."""
    assert unquote(url_encode(url_form_pairs(body, array_format))) == form


@pytest.mark.parametrize(
    "parameters, query",
    [
        ({"currency": "usd"}, "currency=usd"),
        ({"a b": "ä&=/", "n": 1}, "a%20b=%C3%A4%26%3D%2F&n=1"),
        ({"id": ["1", 2], "none": None, "o": {"x": 1}}, "id=1&id=2&o=%7B%22x%22%3A1%7D"),
    ],
)
def test_queries(parameters: Any, query: str) -> None:
    """A list of values repeats its key; null is left out."""
    assert url_encode(url_query_pairs(parameters)) == query
