"""How Java reads JSON values: what the library Jackson refuses, and its words for it.

AWS's errors about the arguments of aws-sdk tasks contain these words. Observed for booleans
(radkawar/stackd, 2026-09); the others are those of Jackson 2.15.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.jsonvalue import Json

BOOLEAN, INSTANT, HASH_MAP = "java.lang.Boolean", "java.time.Instant", "java.util.LinkedHashMap"

_TOKENS: Sequence[tuple[type, tuple[str, str]]] = (
    (dict, ("Object value", "START_OBJECT")),
    (list, ("Array value", "START_ARRAY")),
    (str, ("String value", "VALUE_STRING")),
    (int, ("Integer value", "VALUE_NUMBER_INT")),
    (float, ("Floating-point value", "VALUE_NUMBER_FLOAT")),
)

_BOOLEANS = frozenset({"", "null", "true", "True", "TRUE", "false", "False", "FALSE"})


def _java_token(value: Json) -> tuple[str, str]:
    if isinstance(value, bool):
        return "Boolean value", "VALUE_TRUE" if value else "VALUE_FALSE"
    return next(token for type_, token in _TOKENS if isinstance(value, type_))


def java_type_fault(java_type: str, value: Json) -> str:
    """Returns the error for a value that cannot be read as the type at all."""
    described, token = _java_token(value)
    return f"Cannot deserialize value of type `{java_type}` from {described} (token `JsonToken.{token}`)"


def java_object_fault(java_type: str, value: Json) -> str:
    """Returns the error for a value that is not an object, but should be one."""
    if isinstance(value, list):
        return java_type_fault(java_type, value)
    kind = next(kind for type_, kind in _CONSTRUCTORS if isinstance(value, type_))
    shown = f"'{value}'" if isinstance(value, str) else json.dumps(value)
    return (
        f"Cannot construct instance of `{java_type}` (although at least one Creator exists): "
        f"no {kind[0]}-argument constructor/factory method to deserialize from {kind[1]} value ({shown})"
    )


_CONSTRUCTORS = (
    (str, ("String", "String")),
    (bool, ("boolean/Boolean", "boolean")),
    (int, ("int/Int", "Number")),
    (float, ("double/Double", "Number")),
)


def java_boolean_fault(value: Json) -> str | None:
    """Returns the error for a value that is not read as a Boolean.

    Whole numbers are: 0 is false, all others are true.
    """
    if isinstance(value, int) or (isinstance(value, str) and value.strip() in _BOOLEANS):
        return None
    if isinstance(value, str):
        return (
            f'Cannot deserialize value of type `{BOOLEAN}` from String "{value.strip()}": '
            'only "true" or "false" recognized'
        )
    return java_type_fault(BOOLEAN, value)


_INSTANT_PARTS = [
    re.compile(part, re.ASCII)
    for part in (
        *(r"[+-]?\d{4,10}", "-", r"\d\d", "-", r"\d\d", "[Tt]"),
        *(r"\d\d", ":", r"\d\d", r"(:\d\d(\.\d{0,9})?)?"),
    )
]
_INSTANT_END = re.compile(r"[Zz]|[+-]\d\d(:?\d\d){0,2}")
_SECONDS = re.compile(r"[+-]?\d+(\.\d*)?")


def java_instant_fault(value: Json) -> str | None:
    """Returns the error for a value that is not read as an Instant.

    An Instant is text in ISO 8601 with an offset, or a number of seconds since 1970.
    """
    if isinstance(value, bool):
        token = _java_token(value)[1]
        return (
            f"Unexpected token ({token}), expected one of [VALUE_STRING, VALUE_NUMBER_INT, "
            f"VALUE_NUMBER_FLOAT] for {INSTANT} value"
        )
    if isinstance(value, (int, float)):
        return None
    if not isinstance(value, str):
        return java_type_fault(INSTANT, value)
    text = value.strip()
    if not text or _SECONDS.fullmatch(text):
        return None
    if (index := _java_instant_fault_index(text)) is None:
        return None
    return (
        f'Cannot deserialize value of type `{INSTANT}` from String "{text}": '
        f"Failed to deserialize {INSTANT}: "
        f"(java.time.format.DateTimeParseException) Text '{text}' could not be parsed at index {index}"
    )


def _java_instant_fault_index(text: str) -> int | None:
    at = 0
    for part in _INSTANT_PARTS:
        found = part.match(text, at)
        if found is None:
            return at
        at = found.end()
    end = _INSTANT_END.match(text, at)
    if end is None:
        return at
    return None if end.end() == len(text) else end.end()
