"""Reimplementations of JSONata's functions for which the engine returns wrong results.

`Builtins` has them under JSONata's names, because the engine looks them up by name. Missing arguments
are None, like undefined ones.
"""

from __future__ import annotations

import re
from functools import cmp_to_key
from typing import TYPE_CHECKING, Any

from jsonata.functions import Functions
from jsonata.utils import Utils

from sfn_cli.jsonvalue import json_value_is_larger_than
from sfn_cli.query.java_text import java_bytes
from sfn_cli.query.jsonata import pictures, regular_expressions
from sfn_cli.query.jsonata.limits import (
    MAX_CHARACTERS,
    TOO_BIG,
    check_items_limit,
    check_length_limit,
    current_allowance,
)
from sfn_cli.query.jsonata.messages import Refusal, to_message_text
from sfn_cli.query.jsonata.values import NULL, value_key, value_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SIGNATURES: Mapping[str, str] = {
    "string": "<x-b?:s>",
    "number": "<(nsb)-:n>",
    "sort": "<af?:a>",
    "distinct": "<x:x>",
    "match": "<s-f<s:o>n?:a<o>>",
    "contains": "<s-(sf):b>",
    "replace": "<s-(sf)(sf)n?:s>",
    "split": "<s-(sf)n?:a<s>>",
    "formatInteger": "<n-s:s>",
    "formatNumber": "<n-so?:s>",
    "pad": "<s-ns?:s>",
    "join": "<a<s>s?:s>",
    "boolean": "<x-:b>",
    "not": "<x-:b>",
    "keys": "<x-:a<s>>",
    "lookup": "<x-s:x>",
    "spread": "<x-:a<o>>",
    "clone": "<(oa)-:o>",
    "error": "<s?:x>",
    "base64encode": "<s-:s>",
    "base64decode": "<s-:s>",
}

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[Ee][-+]?[0-9]+)?")
_RADIX = re.compile(r"0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+")


class Builtins:
    """The functions, by their JSONata names."""

    @staticmethod
    def string(value: Any, prettify: Any) -> str | None:
        return value_text(value, bool(prettify))

    @staticmethod
    def number(value: Any) -> Any:
        if value is None or isinstance(value, (int, float)):
            return int(value) if isinstance(value, bool) else value
        if isinstance(value, str):
            if _RADIX.fullmatch(value):
                return int(value, 0)
            if _NUMBER.fullmatch(value) and abs(number := float(value)) != float("inf"):
                return number
        if value is NULL:
            raise Refusal("T0410", 'Argument 1 of function "number" does not match function signature')
        raise Refusal("D3030", f"Unable to cast value to a number: {to_message_text(value)}")

    @staticmethod
    def sort(array: Any, comparator: Any) -> Any:
        """Sorts stably, as JSONata's merge sort does.

        An element moves behind another only if the comparator returns true.
        """
        if array is None or len(array) <= 1:
            return array
        if comparator is not None:
            return sorted(
                array,
                key=cmp_to_key(
                    lambda left, right: -1 if _builtin_sort_goes_after(comparator, right, left) else 0
                ),
            )
        numbers = all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in array)
        if not numbers and not all(isinstance(item, str) for item in array):
            raise Refusal(
                "D3070",
                "The single argument form of the sort function can only be applied to an array of strings "
                "or an array of numbers.  "
                "Use the second argument to specify a comparison function",
            )
        return sorted(array)

    @staticmethod
    def distinct(array: Any) -> Any:
        if not isinstance(array, list) or len(array) <= 1:
            return array
        kept: list[Any] = Utils.create_sequence() if isinstance(array, Utils.JList) else []
        seen = set()
        current = current_allowance()
        for item in array:
            current.count_visits(0)
            key = value_key(item)
            if key not in seen:
                seen.add(key)
                kept.append(item)
        return kept

    @staticmethod
    def boolean(value: Any) -> bool | None:
        if value is None:
            return None
        if isinstance(value, list):
            current_allowance().count_visits(len(value))
            return any(map(Builtins.boolean, value))
        return bool(value) if isinstance(value, (str, bool, int, float, dict)) else False

    @staticmethod
    def not_(value: Any) -> bool | None:
        return None if value is None else not Builtins.boolean(value)

    @staticmethod
    def keys(value: Any) -> Any:
        found: dict[str, None] = {}
        for one in _builtin_objects(value):
            found |= dict.fromkeys(one)
        return Utils.create_sequence_from_iter(found)

    @staticmethod
    def lookup(value: Any, key: str) -> Any:
        if isinstance(value, list):
            found = Utils.create_sequence()
            for one in _builtin_objects(value):
                item = NULL if (item := one.get(key)) is None and key in one else item
                if isinstance(item, list):
                    check_items_limit(len(found) + len(item))
                    found.extend(item)
                elif item is not None:
                    found.append(item)
            current_allowance().count_bytes(8 * len(found))
            return found
        if not isinstance(value, dict):
            return None
        return NULL if (item := value.get(key)) is None and key in value else item

    @staticmethod
    def spread(value: Any) -> Any:
        if not isinstance(value, (list, dict)):
            return value
        found = Utils.create_sequence()
        waiting: list[Any] = [value]
        while waiting:
            one = waiting.pop()
            if isinstance(one, dict):
                check_items_limit(len(found) + len(one))
                found.extend({name: item} for name, item in one.items())
            elif isinstance(one, list):
                current_allowance().count_visits(len(one))
                waiting += one[::-1]
                found.sequence = False
            elif one is not None:
                found.append(one)
        return found

    @staticmethod
    def clone(value: Any) -> Any:
        if json_value_is_larger_than(value, MAX_CHARACTERS):
            raise Refusal("", TOO_BIG)
        return Functions.function_clone(value)

    @staticmethod
    def join(texts: Any, separator: Any) -> str | None:
        if texts is None:
            return None
        check_length_limit(sum(map(len, texts)) + len(texts) * len(separator or ""))
        return Functions.join(texts, separator)  # type: ignore[no-any-return]  # the engine has no types

    @staticmethod
    def match(text: Any, matcher: Any, limit: Any) -> Any:
        return regular_expressions.match_regex(text, matcher, limit)

    @staticmethod
    def contains(text: Any, wanted: Any) -> Any:
        return regular_expressions.contains_regex(text, wanted)

    @staticmethod
    def replace(text: Any, pattern: Any, replacement: Any, limit: Any) -> Any:
        return regular_expressions.replace_regex(text, pattern, replacement, limit)

    @staticmethod
    def split(text: Any, separator: Any, limit: Any) -> Any:
        return regular_expressions.split_by_regex(text, separator, limit)

    @staticmethod
    def formatInteger(value: Any, picture: Any) -> Any:  # noqa: N802 - JSONata's name
        if isinstance(value, (int, float)) and abs(value) > 2**53 and "w" in (picture or "").lower():
            raise Refusal("", f"Numbers beyond 2**53 cannot be written as words: {value}")
        return Functions.format_integer(value, picture)

    @staticmethod
    def formatNumber(value: Any, picture: Any, options: Any) -> Any:  # noqa: N802 - JSONata's name
        return pictures.format_by_picture(value, picture, options)

    @staticmethod
    def pad(text: Any, width: Any, filling: Any) -> Any:
        check_length_limit(0 if width is None else abs(width))
        return Functions.pad(text, width, filling)

    @staticmethod
    def error(message: Any) -> Any:
        if message is NULL:
            raise Refusal("T0410", 'Argument 1 of function "error" does not match function signature')
        raise Refusal("D3137", "$error() function evaluated" if message is None else message)

    @staticmethod
    def base64encode(text: Any) -> str | None:
        from base64 import b64encode

        return None if text is None else b64encode(java_bytes(text)).decode()

    @staticmethod
    def base64decode(text: Any) -> Any:
        from base64 import b64decode

        if text is None:
            return None
        try:
            return b64decode(text + "=" * (-len(text) % 4), validate=True).decode()
        except ValueError:
            raise Refusal("", "The argument of $base64decode is not Base64 of UTF-8 text") from None


def _builtin_objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yields the objects in an array and in nested arrays, in order; for an object, itself."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
        elif isinstance(one, list):
            current_allowance().count_visits(len(one))
            waiting += one[::-1]


def _builtin_sort_goes_after(comparator: Any, left: Any, right: Any) -> bool:
    """Whether `left` comes after `right`.

    `^(…)` compares with a Python function that returns a number.
    """
    if callable(comparator):
        return bool(comparator(left, right) > 0)
    answer = Functions.func_apply(comparator, [left, right])
    return answer is not None and answer is not NULL and bool(answer)
