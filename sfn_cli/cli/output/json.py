"""--output json: four spaces, members in the model's order, text as it is.

The text equals that of `json.dumps(value, indent=4, ensure_ascii=False, default=str)`, which is not
used because it needs the whole value before it begins, and a list may have any length.
"""

from __future__ import annotations

import json
from json.encoder import encode_basestring as quoted
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_INDENT = "    "


def write(value: Any, stream: IO[str]) -> None:
    if value == {}:
        return  # an empty response prints nothing
    for piece in _json_pieces(value, "", 2):
        stream.write(piece)
    stream.write("\n")


def write_pages(pages: Iterable[Mapping[str, Any]], streamed: str, stream: IO[str]) -> None:
    """Writes the pages of one response as if they were one, each as soon as it is read.

    Every page has lists, and the last may have a NextToken. The list `streamed` comes first in the
    response: its items are written at once, everything else at the end.
    """
    rest: dict[str, Any] = {}
    separator = ""  # written before the next item; empty until the list has begun
    for page in pages:
        for name, value in page.items():
            if name != streamed:
                rest[name] = [*rest.get(name, ()), *value] if isinstance(value, list) else value
                continue
            if not separator:
                stream.write(f"{{\n{_INDENT}{quoted(streamed)}: [")
                separator = "\n"
            for item in value:
                stream.write(f"{separator}{_INDENT * 2}{_json_text(item, _INDENT * 2)}")
                separator = ",\n"
        stream.flush()
    if not separator:
        write(rest, stream)
        return
    stream.write("]" if separator == "\n" else f"\n{_INDENT}]")
    for name, value in rest.items():
        stream.write(f",\n{_INDENT}{quoted(name)}: {_json_text(value, _INDENT)}")
    stream.write("\n}\n")


def _json_pieces(value: Any, margin: str, levels: int) -> Iterator[str]:
    """Yields a value's JSON in pieces, down to `levels` levels: a long list is never one string."""
    inner = margin + _INDENT
    if not (levels and value and isinstance(value, (dict, list, tuple))):
        yield _json_text(value, margin)
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    separator = f"{opening}\n{inner}"
    for item in value:
        yield separator
        separator = f",\n{inner}"
        if isinstance(value, dict):
            yield f"{_json_key(item)}: "
        yield from _json_pieces(value[item] if isinstance(value, dict) else item, inner, levels - 1)
    yield f"\n{margin}{closing}"


def _json_text(value: Any, margin: str) -> str:
    """Formats a value as JSON, with this margin before every line but the first."""
    kind = type(value)
    if kind is str:
        return quoted(value)
    if kind is int:
        return str(value)
    if kind is dict and value:
        inner = margin + _INDENT
        members = [f"{inner}{_json_key(key)}: {_json_text(member, inner)}" for key, member in value.items()]
        return "{\n" + ",\n".join(members) + f"\n{margin}}}"
    if kind in (list, tuple) and value:
        inner = margin + _INDENT
        return "[\n" + ",\n".join([inner + _json_text(item, inner) for item in value]) + f"\n{margin}]"
    return json.dumps(value, ensure_ascii=False, default=str)


def _json_key(key: Any) -> str:
    return quoted(key if isinstance(key, str) else json.dumps(key))
