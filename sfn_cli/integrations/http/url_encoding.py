"""JSON values in URLs and forms: QueryParameters, and a RequestBody with URL_ENCODED encoding.

https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html#url-encode-request-body
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from sfn_cli.jsonvalue import Json, dumps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ARRAY_FORMATS: Mapping[str, str] = {
    "INDICES": "{key}[{index}]",
    "REPEAT": "{key}",
    "BRACKETS": "{key}[]",
    "COMMAS": "{key}",
}
"""Maps ArrayFormat to the key of an item of the array `key`; COMMAS joins the items instead."""


def url_encode(pairs: Iterable[tuple[str, str]]) -> str:
    return "&".join(
        f"{quote(key, safe='', errors='replace')}={quote(value, safe='', errors='replace')}"
        for key, value in pairs
    )


def plain_url_value(value: Json) -> str:
    """Returns a value as text: a string unchanged, other values as JSON."""
    return value if isinstance(value, str) else dumps(value)


def url_query_pairs(parameters: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Yields a pair for each parameter, or for each item of an array; null is left out."""
    for key, value in parameters.items():
        for item in value if isinstance(value, list) else [value]:
            if item is not None:
                yield key, plain_url_value(item)


def url_form_pairs(value: Json, array_format: str, key: str = "") -> Iterator[tuple[str, str]]:
    """Yields the pairs of a form.

    `{"a": {"b": 1}, "c": [2]}` has a[b]=1 and, with INDICES, c[0]=2.
    """
    if isinstance(value, dict):
        for name, item in value.items():
            yield from url_form_pairs(item, array_format, f"{key}[{name}]" if key else name)
    elif isinstance(value, list):
        if array_format == "COMMAS":
            yield key, ",".join(map(plain_url_value, value))
            return
        for index, item in enumerate(value):
            yield from url_form_pairs(
                item, array_format, ARRAY_FORMATS[array_format].format(key=key, index=index)
            )
    else:
        yield key, "" if value is None else plain_url_value(value)
