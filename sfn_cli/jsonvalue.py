"""JSON as the States Language has it: one type, one way to write it, one way to read it.

A payload that passes through a state unchanged is written once, not at every event: `Payload`
carries a value together with its text, and makes either from the other when first asked.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

Json = Any
"""Any JSON value: None, bool, int, float, str, list of Json, dict of str to Json."""

_encode: Callable[[Json], str] = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
_encode_ascii: Callable[[Json], str] = json.JSONEncoder(separators=(",", ":")).encode


def dumps(value: Json) -> str:
    """The compact text of a JSON value, as AWS writes payloads: no spaces, no \\u escapes.

    A lone surrogate ("\\ud800") is no character of any encoding: a text that has one is escaped.
    """
    text = _encode(value)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return _encode_ascii(value)
    return text


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


loads: Callable[[str], Json] = json.JSONDecoder(parse_constant=_refuse_constant).decode
"""The JSON value of a text. Raises ValueError (json.JSONDecodeError for bad syntax)."""


class Payload:
    """A JSON value and its text; whichever is missing is made when first asked."""

    __slots__ = ("_text", "_value")

    _missing = object()

    def __init__(self, value: Json = _missing, text: str | None = None) -> None:
        self._value = value
        self._text = text

    @property
    def value(self) -> Json:
        """The value. It is shared by all that hold this payload: never changed in place."""
        if self._value is Payload._missing:
            assert self._text is not None
            self._value = loads(self._text)
        return self._value

    @property
    def text(self) -> str:
        """The compact JSON text."""
        if self._text is None:
            self._text = dumps(self._value)
        return self._text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Payload) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Payload({self.text})"
