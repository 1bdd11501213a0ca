"""Java's methods of the values in a template: strings, lists, maps and numbers.

A value is JSON in Python's types. Velocity calls the methods of Java's classes on it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import regex

from sfn_cli.query.java_text import java_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_REGEX_SECONDS = 2.0
_GROUP = re.compile(r"\\(.)|\$(\d)", re.DOTALL)


def _replacement(text: str) -> Callable[[Any], str]:
    """Returns the function that makes a replacement of Java's form: "$1", "\\$"."""
    return lambda found: _GROUP.sub(
        lambda part: part[1] if part[1] is not None else found[int(part[2])] or "", text
    )


def _split(text: str, pattern: str, limit: int = 0) -> list[str]:
    parts = regex.split(pattern, text, maxsplit=max(0, limit - 1), timeout=_REGEX_SECONDS)
    if limit == 0:
        while len(parts) > 1 and not parts[-1]:
            parts.pop()
    return parts


def _replace(text: str, pattern: str, new: str, count: int) -> str:
    return str(regex.sub(pattern, _replacement(new), text, count=count, timeout=_REGEX_SECONDS))


def _add(items: list[Any], *given: Any) -> bool:
    """Adds an item at the end, or at an index."""
    if len(given) == 2:
        items.insert(*given)
    else:
        items.append(given[0])
    return True


def _put(values: dict[str, Any], name: Any, value: Any) -> Any:
    old = values.get(name)
    values[name] = value
    return old


def _entries(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": name, "value": value} for name, value in values.items()]


_ANY: Mapping[str, Callable[..., Any]] = {
    "toString": java_text,
    "equals": lambda value, other: value == other,
}

_TEXT: Mapping[str, Callable[..., Any]] = {
    "charAt": lambda text, index: text[index],
    "concat": lambda text, other: text + other,
    "contains": lambda text, other: java_text(other) in text,
    "endsWith": lambda text, end: text.endswith(end),
    "equalsIgnoreCase": lambda text, other: text.lower() == java_text(other).lower(),
    "indexOf": lambda text, other, start=0: text.find(other, start),
    "isEmpty": lambda text: not text,
    "lastIndexOf": lambda text, other: text.rfind(other),
    "length": len,
    "matches": lambda text, pattern: regex.fullmatch(pattern, text, timeout=_REGEX_SECONDS) is not None,
    "replace": lambda text, old, new: text.replace(java_text(old), java_text(new)),
    "replaceAll": lambda text, pattern, new: _replace(text, pattern, new, 0),
    "replaceFirst": lambda text, pattern, new: _replace(text, pattern, new, 1),
    "split": _split,
    "startsWith": lambda text, start: text.startswith(start),
    "substring": lambda text, start, end=None: text[start:end],
    "toLowerCase": lambda text: text.lower(),
    "toUpperCase": lambda text: text.upper(),
    "trim": lambda text: text.strip(),
}

_LIST: Mapping[str, Callable[..., Any]] = {
    "add": _add,
    "addAll": lambda items, others: items.extend(others) or True,
    "contains": lambda items, item: item in items,
    "get": lambda items, index: items[index],
    "indexOf": lambda items, item: items.index(item) if item in items else -1,
    "isEmpty": lambda items: not items,
    "remove": lambda items, index: items.pop(index),
    "set": lambda items, index, item: items.__setitem__(index, item),
    "size": len,
    "subList": lambda items, start, end: items[start:end],
}

_MAP: Mapping[str, Callable[..., Any]] = {
    "containsKey": lambda values, name: name in values,
    "containsValue": lambda values, value: value in values.values(),
    "entrySet": _entries,
    "get": lambda values, name: values.get(name),
    "getKey": lambda entry: entry.get("key"),
    "getOrDefault": lambda values, name, default: values.get(name, default),
    "getValue": lambda entry: entry.get("value"),
    "isEmpty": lambda values: not values,
    "keySet": list,
    "put": _put,
    "putAll": lambda values, others: values.update(others),
    "remove": lambda values, name: values.pop(name, None),
    "size": len,
    "values": lambda values: list(values.values()),
}

_NUMBER: Mapping[str, Callable[..., Any]] = {
    "doubleValue": float,
    "intValue": int,
    "longValue": int,
}


def java_method(value: Any, name: str) -> Callable[..., Any] | None:
    """Returns the method of a value's class; None if it has none of this name."""
    table = (
        _TEXT if isinstance(value, str)
        else _LIST if isinstance(value, list)
        else _MAP if isinstance(value, dict)
        else _NUMBER if isinstance(value, (int, float))
        else {}
    )  # fmt: skip
    return table.get(name) or _ANY.get(name)
