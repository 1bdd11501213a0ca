"""JSON in the States Language: one type, one way to write it, one way to read it.

A payload that passes through a state unchanged is serialised once, not at every event: `Payload`
carries a value together with its text, and computes either from the other on first use.
"""

from __future__ import annotations

import json
import re
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

Json = Any
"""Any JSON value: None, bool, int, float, str, list of Json, dict of str to Json."""

MAX_DEPTH = 1000
"""The maximum nesting of arrays and objects: that of Jackson, AWS's parser."""


def _json_value_writer(separators: tuple[str, str]) -> Callable[[Json], str]:
    encode: Callable[[Json], str] = json.JSONEncoder(separators=separators, ensure_ascii=False).encode
    encode_ascii: Callable[[Json], str] = json.JSONEncoder(separators=separators).encode

    def write(value: Json) -> str:
        text = encode(value)
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError:
                # A lone surrogate ("\ud800") is not a character in any encoding: text with one is escaped.
                return encode_ascii(value)
        return text

    return write


dumps = _json_value_writer((",", ":"))
"""Returns the compact text of a JSON value, as AWS writes payloads.

It has no spaces, and \\u escapes only for lone surrogates.
"""

dumps_spaced = _json_value_writer((", ", ": "))
"""Acts as `dumps`, with a space after each comma and colon."""


def dumps_payload(value: Json) -> str:
    """Acts as `dumps`, with numbers as Java writes a double: 1.0E10, 1.0E-7.

    AWS writes payloads so, as users measured. (floci, 2026)
    """
    text = dumps(value)
    if type(value) is float:
        return java_double_text(value)
    # These searches stop at each "." or "e" only: most texts have no number that Java writes otherwise.
    if (
        ("." in text and _java_double_with_point().search(text))
        or ("e-" in text and _java_double_without_point().search(text))
        or "e+" in text
    ):
        return _json_string_or_double().sub(_java_text_of_json_token, text)
    return text


def java_double_text(value: float) -> str:
    """Returns Double.toString(): plain from 0.001 to below 10,000,000, otherwise `1.5E10`."""
    size = abs(value)
    if size == 0 or 1e-3 <= size < 1e7:
        return repr(value)
    if not size < float("inf"):  # a number such as 1e999 in a definition
        return {"inf": "Infinity", "-inf": "-Infinity"}.get(repr(value), "NaN")
    mantissa, _, exponent = f"{value!r}".partition("e")
    if exponent and "." not in mantissa and float(two_digits := f"{value:.1e}") == value:
        mantissa = two_digits.partition("e")[0]  # 4.9E-324, which is nearer than 5.0E-324
    if not exponent:  # Python writes 12345678.9 and 0.0001 without an exponent
        digits = f"{value:.17e}".partition("e")[2]
        shift = int(digits)
        sign, number = ("-", mantissa[1:]) if value < 0 else ("", mantissa)
        plain = number.replace(".", "").strip("0") or "0"
        return f"{sign}{plain[0]}.{plain[1:] or '0'}E{shift}"
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}E{int(exponent)}"


# Compiled on first use: few commands write payloads.
@lru_cache(maxsize=1)
def _java_double_with_point() -> re.Pattern[str]:
    # 10,000,000 or more; less than 0.001; an exponent.
    return re.compile(r"\.\d(?:(?<=\d{8}\..)|(?<=[:\[,-]0\.0)00|\d*e[+-])")


@lru_cache(maxsize=1)
def _java_double_without_point() -> re.Pattern[str]:
    return re.compile(r"e-(?<=\de-)\d")


@lru_cache(maxsize=1)
def _json_string_or_double() -> re.Pattern[str]:
    return re.compile(r'"(?:[^"\\]|\\.)*+"|-?\d++(?:\.\d++)?(?:e[-+]\d++)?')


def _java_text_of_json_token(token: re.Match[str]) -> str:
    text = token[0]
    return text if text[0] == '"' or text.lstrip("-").isdigit() else java_double_text(float(text))


def refuse_json_constant(name: str) -> None:
    """Refuses the numbers that Python reads and JSON does not have: NaN, Infinity, -Infinity."""
    raise ValueError(f"{name} is not JSON")


loads: Callable[[str], Json] = json.JSONDecoder(parse_constant=refuse_json_constant).decode
"""Returns the JSON value of a text. Raises ValueError (json.JSONDecodeError for bad syntax)."""


def well_formed_text(text: str) -> str:
    """Returns the text with "?" for each lone surrogate, as Java encodes a String."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def json_value_is_larger_than(value: Json, characters: int) -> bool:
    """Whether the text of `value` is certainly longer than this many characters.

    It stops there: a small value may hold one string a million times, and its text would fill the
    memory. Raises RecursionError if arrays and objects are nested more than MAX_DEPTH deep.
    """
    size = 0
    level, depth = [value], 0
    while level:
        inner: list[Json] = []
        for item in level:
            kind = type(item)
            if kind is str:
                size += len(item) + 2
            elif kind is dict:
                size += 4 * len(item) + 2 + sum(map(len, item))
                inner += item.values()
            elif kind is list:
                size += len(item) + 2
                inner += item
            else:
                size += 1
            if size > characters:
                return True
        level = inner
        depth += 1
        if depth > MAX_DEPTH + 1:
            raise RecursionError
    return False


def text_bytes(text: str) -> int:
    """Returns the length of a text in UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def value_bytes(value: Json) -> int:
    """Returns the length of a payload's text in UTF-8."""
    return text_bytes(dumps_payload(value))


_ROOM = 5 * MAX_DEPTH


def raise_recursion_limit() -> None:
    """Allows recursion deep enough for JSON of MAX_DEPTH levels, and for JSONata.

    The limit is the whole process's: it is never lowered again, which would fail other threads.
    """
    if sys.getrecursionlimit() < _ROOM:
        sys.setrecursionlimit(_ROOM)


class Payload:
    """A JSON value and its text; the missing one is computed on first use.

    A text from outside (`text`) is retained: a function's result is recorded as the function wrote it.
    """

    __slots__ = ("_is_given", "_text", "_value")

    _missing = object()

    def __init__(self, value: Json = _missing, text: str | None = None) -> None:
        self._value = value
        self._text = text
        self._is_given = text is not None

    @property
    def value(self) -> Json:
        """The value, which all holders of this payload share: it must not be changed in place."""
        if self._value is Payload._missing:
            assert self._text is not None
            self._value = loads(self._text)
        return self._value

    @property
    def text(self) -> str:
        """The JSON text: as it was given, otherwise compact and with Java's numbers."""
        if self._text is None:
            self._text = dumps_payload(self._value)
        return self._text

    def compacted(self) -> Payload:
        """Returns the payload with the text that is computed from its value.

        It has no spaces, and its numbers are as Java writes them. A value that is nested too deeply to be
        written retains its text.
        """
        if not self._is_given:
            return self
        try:
            text = dumps_payload(self.value)
        except RecursionError:
            return self
        if text == self._text:
            self._is_given = False
            return self
        compact = Payload(self._value, text)
        compact._is_given = False
        return compact

    def is_larger_than(self, characters: int) -> bool:
        """Acts as the function of this name, without visiting the value if the text is known."""
        return (
            len(self._text) > characters
            if self._text is not None
            else json_value_is_larger_than(self._value, characters)
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Payload) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Payload({self.text})"


def serialized_payload(value: Json) -> Payload:
    """Returns the value as a payload whose text is computed here, and not on first use.

    Raises ValueError, or RecursionError, when it cannot be written as JSON.
    """
    payload = Payload(value)
    payload.text  # noqa: B018
    return payload
