"""Functions for lists, sets and objects, and conversions between types."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.readers.terraform.language.values import (
    Attributes,
    ConversionError,
    Value,
    are_equal,
    sort_key,
    to_boolean,
    to_integer,
    to_list,
    to_number,
    to_object,
    to_text,
    type_name,
    unique,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_MAX_ITEMS = 100_000
_NOT_GIVEN = object()


def _length(value: Value) -> int:
    if isinstance(value, str | list | dict):
        return len(value)
    raise ConversionError(f"{type_name(value)} has no length")


def _coalesce(*values: Value) -> Value:
    for value in values:
        if value is not None and value != "":
            return value
    raise ConversionError("every argument of coalesce is null or empty")


def _coalescelist(*values: Value) -> list[Value]:
    return next((value for value in map(to_list, values) if value), [])


def _contains(values: Value, wanted: Value) -> bool:
    return any(are_equal(value, wanted) for value in to_list(values))


def _element(values: Value, index: Value) -> Value:
    values = to_list(values)
    if not values:
        raise ConversionError("element needs a list with at least one item")
    return values[to_integer(index) % len(values)]


def _flatten(values: Value) -> list[Value]:
    found: list[Value] = []
    for value in to_list(values):
        found += _flatten(value) if isinstance(value, list) else [value]
    return found


def _index(values: Value, wanted: Value) -> int:
    for index, value in enumerate(to_list(values)):
        if are_equal(value, wanted):
            return index
    raise ConversionError("index: the list does not contain the value")


def _keys(value: Value) -> list[str]:
    return sorted(to_object(value))


def _values(value: Value) -> list[Value]:
    return [item for _, item in sorted(to_object(value).items())]


def _lookup(value: Value, key: Value, default: Value = _NOT_GIVEN) -> Value:
    found = to_object(value).get(to_text(key), default)
    if found is _NOT_GIVEN:
        raise ConversionError(f'the object has no key "{to_text(key)}"')
    return found


def _merge(*objects: Value) -> dict[str, Value]:
    merged: dict[str, Value] = {}
    for value in objects:
        merged |= {} if value is None else to_object(value)
    return merged


def _range(*limits: Value) -> list[Value]:
    numbers = [to_number(limit) for limit in limits]
    start, limit = (0, numbers[0]) if len(numbers) == 1 else numbers[:2]
    step = numbers[2] if len(numbers) == 3 else (1 if limit >= start else -1)
    if step == 0:
        raise ConversionError("range needs a step other than 0")
    found: list[Value] = []
    value = start
    while value < limit if step > 0 else value > limit:
        found.append(value)
        value += step
        if len(found) > 1024:
            raise ConversionError("range can return at most 1,024 numbers")
    return found


def _setproduct(*lists: Value) -> list[Value]:
    sizes = 1
    for each in lists:
        sizes *= len(to_list(each))
    if sizes > _MAX_ITEMS:
        raise ConversionError(f"setproduct can return at most {_MAX_ITEMS:,} items")
    return [list(items) for items in itertools.product(*lists)]


def _setintersection(first: Value, *others: Value) -> list[Value]:
    return _toset([value for value in to_list(first) if all(_contains(other, value) for other in others)])


def _setsubtract(first: Value, second: Value) -> list[Value]:
    return _toset([value for value in to_list(first) if not _contains(second, value)])


def _setunion(*lists: Value) -> list[Value]:
    return _toset([value for each in lists for value in to_list(each)])


def _slice(values: Value, start: Value, end: Value) -> list[Value]:
    first, last = to_integer(start), to_integer(end)
    items = to_list(values)
    if not 0 <= first <= last <= len(items):
        raise ConversionError(f"slice: {first} to {last} is not a range of a list with {len(items)} items")
    return items[first:last]


def _toset(value: Value) -> list[Value]:
    if isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        return unique(value)
    return sorted(unique(to_list(value)), key=sort_key)


def _tostring(value: Value) -> Value:
    return None if value is None else to_text(value)


def _transpose(value: Value) -> dict[str, Value]:
    found: dict[str, list[Value]] = {}
    for key, items in sorted(to_object(value).items()):
        for item in to_list(items):
            found.setdefault(to_text(item), []).append(key)
    return dict(sorted(found.items()))


def _zipmap(keys: Value, values: Value) -> dict[str, Value]:
    if len(to_list(keys)) != len(to_list(values)):
        raise ConversionError("zipmap needs as many keys as values")
    return dict(zip(map(to_text, keys), values, strict=True))


def _chunklist(values: Value, size: Value) -> list[Value]:
    values, size = to_list(values), to_integer(size)
    if size <= 0:
        return [values]
    return [values[start : start + size] for start in range(0, len(values), size)]


def _matchkeys(values: Value, keys: Value, wanted: Value) -> list[Value]:
    return [
        value for value, key in zip(to_list(values), to_list(keys), strict=True) if _contains(wanted, key)
    ]


def _one(values: Value) -> Value:
    if len(to_list(values)) > 1:
        raise ConversionError(f"one needs a list of at most one item, not {len(values)}")
    return values[0] if values else None


def _numbers(arguments: tuple[Value, ...]) -> list[float]:
    if not arguments:
        raise ConversionError("at least one number is needed")
    return [to_number(argument) for argument in arguments]


def _type(value: Value) -> str:
    names: dict[type[Any], str] = {bool: "bool", int: "number", float: "number", str: "string", list: "list"}
    return names.get(type(value), "object")


def _tolist(value: Value) -> list[Value]:
    return [value] if isinstance(value, Attributes) else to_list(value)


COLLECTION_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "alltrue": lambda values: all(to_boolean(value) for value in to_list(values)),
    "anytrue": lambda values: any(to_boolean(value) for value in to_list(values)),
    "chunklist": _chunklist,
    "coalesce": _coalesce,
    "coalescelist": _coalescelist,
    "compact": lambda values: [value for value in to_list(values) if value not in (None, "")],
    "concat": lambda *lists: [value for each in lists for value in to_list(each)],
    "contains": _contains,
    "distinct": lambda values: unique(to_list(values)),
    "element": _element,
    "ephemeralasnull": lambda value: value,
    "flatten": _flatten,
    "index": _index,
    "issensitive": lambda _value: False,
    "keys": _keys,
    "length": _length,
    "lookup": _lookup,
    "matchkeys": _matchkeys,
    "max": lambda *numbers: max(_numbers(numbers)),
    "merge": _merge,
    "min": lambda *numbers: min(_numbers(numbers)),
    "nonsensitive": lambda value: value,
    "one": _one,
    "range": _range,
    "reverse": lambda values: to_list(values)[::-1],
    "sensitive": lambda value: value,
    "setintersection": _setintersection,
    "setproduct": _setproduct,
    "setsubtract": _setsubtract,
    "setunion": _setunion,
    "slice": _slice,
    "sort": lambda values: sorted(map(to_text, to_list(values))),
    "sum": lambda values: sum(to_number(value) for value in to_list(values)),
    "tobool": lambda value: None if value is None else to_boolean(value),
    "tolist": _tolist,
    "tomap": to_object,
    "tonumber": lambda value: None if value is None else to_number(value),
    "toset": _toset,
    "tostring": _tostring,
    "transpose": _transpose,
    "type": _type,
    "values": _values,
    "zipmap": _zipmap,
}
