"""Checks and conversions of requests and responses according to the model.

Rule 1: `check_request_shape` rejects requests that an AWS client refuses to send, with botocore's
messages. It checks types, required and unknown members and minima; maxima, enums and patterns are
left to the service (`constraints.py`).
Rule 2: Within sfn, a time is an int of milliseconds since 1970, and a blob is bytes; each entry point
has its own form of these, and passes the conversion functions to `convert_shape`.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Any

from sfn_cli.api.model import is_not_in_aws_model
from sfn_cli.errors import ApiError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.api.model import Shape
    from sfn_cli.jsonvalue import Json

_TYPES: Mapping[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list, tuple),
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (float, int),
    "double": (float, int),
    "boolean": (bool,),
    "blob": (bytes, bytearray, str),
    "timestamp": (int, float, str),
}
_SHOWN_TYPES: Mapping[str, str] = {
    "float": "<class 'float'>, <class 'decimal.Decimal'>, <class 'int'>",
    "double": "<class 'float'>, <class 'decimal.Decimal'>, <class 'int'>",
    "blob": "<class 'bytes'>, <class 'bytearray'>, file-like object",
    "timestamp": "<class 'datetime.datetime'>, timestamp-string",
}


def check_request_shape(shape: Shape, request: Any) -> None:
    """Raises UsageError with one line per problem ("Parameter validation failed:\\n…")."""
    problems: list[str] = []
    _check_shape(shape, request, "", problems)
    if problems:
        more = len(problems) - _SHOWN_PROBLEMS
        lines = problems if more <= 0 else [*problems[:_SHOWN_PROBLEMS], f"… and {more:,} more"]
        raise UsageError("\n".join(["Parameter validation failed:", *lines]))


_SHOWN_PROBLEMS = 100
SHOWN_CHARACTERS = 2000
"""The maximum length of a text in an error."""


def shorten_shape_text(text: str) -> str:
    """Returns the text, shortened for an error."""
    if len(text) <= SHOWN_CHARACTERS:
        return text
    return f"{text[:SHOWN_CHARACTERS]}… ({len(text):,} characters)"


def _check_shape(shape: Shape, value: Any, name: str, problems: list[str]) -> None:
    kind = shape["type"]
    shown_name = name.removeprefix(".") or "input"
    if not _is_of_shape(_TYPES[kind], value):
        types = _SHOWN_TYPES.get(kind) or ", ".join(str(type_) for type_ in _TYPES[kind])
        shown = f"value: {shorten_shape_text(str(value))}, type: {type(value)}"
        problems.append(f"Invalid type for parameter {shown_name}, {shown}, valid types: {types}")
        return
    if kind == "structure":
        members = shape["members"]
        known = ", ".join(member for member in members if not is_not_in_aws_model(members[member]))
        problems.extend(
            f'Missing required parameter in {shown_name}: "{member}"'
            for member in shape.get("required", ())
            if member not in value
        )
        problems.extend(
            f'Unknown parameter in {shown_name}: "{member}", must be one of: {known}'
            for member in value
            if member not in members
        )
        for member, member_value in value.items():
            if member in members:
                _check_shape(members[member], member_value, f"{name}.{member}", problems)
    elif kind == "map":
        for key, member_value in value.items():
            _check_shape(shape["key"], key, f"{name} (key: {key})", problems)
            _check_shape(shape["value"], member_value, f"{name}.{key}", problems)
    elif kind in ("string", "list"):
        if len(value) < shape.get("min", 0):
            problems.append(
                f"Invalid length for parameter {shown_name}, value: {len(value)}, valid min length: "
                f"{shape['min']}"
            )
        if kind == "list":
            for index, item in enumerate(value):
                _check_shape(shape["member"], item, f"{name}[{index}]", problems)
    elif kind in ("integer", "long", "float", "double") and "min" in shape and value < shape["min"]:
        problems.append(
            f"Invalid value for parameter {shown_name}, value: {value}, valid min value: {shape['min']}"
        )


def _is_of_shape(types: tuple[type, ...], value: Any) -> bool:
    return isinstance(value, types)


def convert_shape(
    shape: Shape, value: Any, *, timestamp: Callable[[int], Any], blob: Callable[[bytes], Any]
) -> Any:
    """Returns a response with its members in the model's order.

    None and members that are not in the model are left out.
    """
    kind = shape["type"]
    if kind == "structure":
        return {
            member: convert_shape(member_shape, value[member], timestamp=timestamp, blob=blob)
            for member, member_shape in shape["members"].items()
            if value.get(member) is not None
        }
    if kind == "list":
        return [convert_shape(shape["member"], item, timestamp=timestamp, blob=blob) for item in value]
    if kind == "map":
        return {
            key: convert_shape(shape["value"], item, timestamp=timestamp, blob=blob)
            for key, item in value.items()
            if item is not None
        }
    if kind == "timestamp":
        return timestamp(value)
    if kind == "blob":
        return blob(value if isinstance(value, bytes) else value.encode())
    return value


def shape_to_wire(shape: Shape, value: Any) -> Json:
    """Converts a response to AWS JSON: times in seconds since 1970, blobs in base64."""
    return convert_shape(
        shape,
        value,
        timestamp=lambda at: at / 1000,
        blob=lambda data: binascii.b2a_base64(data, newline=False).decode(),
    )


def shape_from_wire(shape: Shape, value: Json) -> Any:
    """Converts a request from AWS JSON. As in AWS, null and unknown members are dropped.

    Raises ApiError SerializationException for a value of the wrong type.
    """
    kind = shape["type"]
    accepted = (str,) if kind == "blob" else _TYPES[kind]
    if not _is_of_shape(accepted, value) or (isinstance(value, bool) and kind != "boolean"):
        raise ApiError(
            "SerializationException", f"{_wire_name_of_shape(value)} can not be converted to {_WANTED[kind]}"
        )
    if kind == "structure":
        members = shape["members"]
        return {
            member: shape_from_wire(members[member], item)
            for member, item in value.items()
            if item is not None and member in members
        }
    if kind == "list":
        return [shape_from_wire(shape["member"], item) for item in value if item is not None]
    if kind == "map":
        return {key: shape_from_wire(shape["value"], item) for key, item in value.items() if item is not None}
    if kind == "timestamp" and not isinstance(value, str):
        return round(value * 1000)
    if kind == "blob":
        try:
            return binascii.a2b_base64(value, strict_mode=True)
        except ValueError as error:
            raise ApiError("SerializationException", f"a blob is not valid base64: {error}") from error
    return value


_WANTED: Mapping[str, str] = {
    "structure": "an Object",
    "map": "a Map",
    "list": "a List",
    "string": "a String",
    "integer": "an Integer",
    "long": "a Long",
    "float": "a Float",
    "double": "a Double",
    "boolean": "a Boolean",
    "blob": "a Blob",
    "timestamp": "a Timestamp",
}


def _wire_name_of_shape(value: Json) -> str:
    if value is None:
        return "NULL_VALUE"
    if value is True or value is False:
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    if isinstance(value, str):
        return "STRING_VALUE"
    if isinstance(value, (int, float)):
        return "NUMBER_VALUE"
    return "START_OBJECT" if isinstance(value, dict) else "START_ARRAY"
