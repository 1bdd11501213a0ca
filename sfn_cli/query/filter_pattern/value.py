"""The value with which a field is compared.

It is a number, text with optional wildcards, or a regular expression between percent signs.
"""

from __future__ import annotations

import operator
import re
from functools import partial
from typing import TYPE_CHECKING, Any

from sfn_cli.query.filter_pattern.matching import InvalidPattern
from sfn_cli.query.limits import REGEX_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.query.filter_pattern.matching import Matches

_ALLOWED_IN_REGEX = re.compile(r"[A-Za-z0-9_#=@/;,\-^$?\[\]{}|\\*+. :]*")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")

_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def compile_value_comparison(sign: str, value: str) -> Matches:
    """Compiles the comparison of a field's text with a value from a pattern.

    The value is for example `4*`, `"a b"`, `%re%` or `1e3`. Raises InvalidPattern.
    """
    if sign in _ORDER:
        number = value_as_number(value)
        if number is None:
            raise InvalidPattern(f"{sign} needs a number, not {value}")
        return partial(_is_value_in_order, _ORDER[sign], number)
    equals = _compile_value_equality(value)
    return equals if sign == "=" else lambda text: not equals(text)


def value_as_number(text: str) -> float | None:
    """Returns the number in the text; None if it is not a number."""
    return float(text) if _NUMBER.fullmatch(text) else None


def compile_value_regex(text: str) -> Matches:
    """Compiles a search for the regular expression between percent signs. Raises InvalidPattern."""
    import regex  # 20 ms

    inner = text[1:-1]
    if len(text) < 3 or not text.endswith("%") or not _ALLOWED_IN_REGEX.fullmatch(inner):
        raise InvalidPattern(f"Invalid regular expression {text}")
    try:
        compiled = regex.compile(inner)
    except regex.error as error:
        raise InvalidPattern(f"Invalid regular expression {text}: {error}") from None

    def search(message: str) -> bool:
        try:
            return compiled.search(message, timeout=REGEX_SECONDS) is not None
        except TimeoutError:
            raise InvalidPattern(f"The regular expression {text} takes too long") from None

    return search


def unquote_value(text: str) -> str:
    """Returns a phrase without its double quotes and escapes, and a word unchanged."""
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text


def _is_value_in_order(order: Callable[[Any, Any], bool], number: float, text: str) -> bool:
    given = value_as_number(text)
    return given is not None and order(given, number)


def _compile_value_equality(value: str) -> Matches:
    if value.startswith("%"):
        return compile_value_regex(value)
    number = value_as_number(value)
    if number is not None:
        return lambda text: text == value or value_as_number(text) == number
    whole = re.compile(".*".join(re.escape(part) for part in unquote_value(value).split("*")), re.DOTALL)
    return lambda text: whole.fullmatch(text) is not None
