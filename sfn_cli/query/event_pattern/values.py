"""Tests of single values: what the alternatives of a pattern's list accept."""

from __future__ import annotations

import operator
from functools import partial
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from ipaddress import IPv4Network, IPv6Network

    from sfn_cli.jsonvalue import Json

    ValueTest = Callable[[Json], bool]
    """Returns whether a value that is no array and no object passes."""

COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq}


def is_number(value: Json) -> bool:
    """Whether a JSON value is a number, which true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def equals(expected: Json) -> ValueTest:
    """Numbers are equal by value: 300 and 3.0e2 are."""
    if is_number(expected):
        return lambda value: is_number(value) and value == expected
    return lambda value: type(value) is type(expected) and value == expected


def starts_with(prefix: str) -> ValueTest:
    return lambda value: isinstance(value, str) and value.startswith(prefix)


def ends_with(suffix: str) -> ValueTest:
    return lambda value: isinstance(value, str) and value.endswith(suffix)


def of_any_case(test: Callable[[str], ValueTest], text: str) -> ValueTest:
    """Returns a test (`equals`, `starts_with`, `ends_with`) that ignores the case of letters."""
    of_lower = test(text.lower())
    return lambda value: isinstance(value, str) and of_lower(value.lower())


def is_none_of(tests: Collection[ValueTest]) -> ValueTest:
    return lambda value: not any(test(value) for test in tests)


def compares(comparisons: Sequence[tuple[str, float]]) -> ValueTest:
    """Returns a test that all comparisons, such as (">", 0) and ("<=", 5), hold."""
    return lambda value: (
        is_number(value) and all(COMPARISONS[sign](value, limit) for sign, limit in comparisons)
    )


def is_in_network(cidr: str) -> ValueTest:
    """Returns the test of a CIDR block. Raises ValueError if it is malformed."""
    return partial(_is_address_in, ip_network(cidr, strict=False))


def _is_address_in(network: IPv4Network | IPv6Network, value: Json) -> bool:
    try:
        return isinstance(value, str) and ip_address(value) in network
    except ValueError:
        return False


def wildcard(parts: Sequence[str]) -> ValueTest:
    """Returns the test of a wildcard pattern: any text may be between its parts."""
    return partial(_has_parts, parts)


def _has_parts(parts: Sequence[str], value: Json) -> bool:
    if not isinstance(value, str):
        return False
    if len(parts) == 1:
        return value == parts[0]
    first, *middle, last = parts
    if not (value.startswith(first) and value.endswith(last) and len(value) >= len(first) + len(last)):
        return False
    at, end = len(first), len(value) - len(last)
    for part in middle:
        found = value.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True
