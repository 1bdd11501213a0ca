"""The 18 Intrinsic Functions: their arguments and results.

https://states-language.net/#appendix-b and
https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html

Every function checks its arguments and raises IntrinsicError; the parser adds the text of the call.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli import json_text, quotas
from sfn_cli.jsonvalue import Json, dumps_payload, json_value_is_larger_than
from sfn_cli.query.java_random import JavaRandom
from sfn_cli.query.java_text import java_bytes, java_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.query.scope import Scope

LONG = 2**63
"""The maximum value of Java's long, plus 1."""
MAX_CREATED = 4_194_304
"""The maximum length in characters of a string that a function creates. (ours)

It is well above the limit for a state's output.
"""


class IntrinsicError(Exception):
    """Invalid arguments of a function; the message says why."""


class TextLiteral(str):
    """A string literal in the call: its unescaped value, and `raw` with the escapes."""

    raw: str

    def __new__(cls, raw: str) -> TextLiteral:
        literal = super().__new__(cls, re.sub(r"\\(.)", r"\1", raw, flags=re.DOTALL))
        literal.raw = raw
        return literal


class IntrinsicFunction(NamedTuple):
    """`run(scope, arguments)`, called with `least` to `most` arguments."""

    run: Callable[[Scope, list[Json]], Json]
    least: int
    most: int

    @property
    def count_text(self) -> str:
        if self.most > 99:
            return f"{self.least} or more arguments" if self.least else "any number of arguments"
        return (
            f"{self.least} arguments" if self.least == self.most else f"{self.least} to {self.most} arguments"
        )


def _intrinsic_format(scope: Scope, arguments: list[Json]) -> str:
    template, *values = arguments
    _check_intrinsic_argument(isinstance(template, str), "the first argument must be a string")
    raw = template.raw if isinstance(template, TextLiteral) else template
    parts = re.split(r"(?<!\\)((?:\\\\)*)\{\}", raw)
    # parts: text, backslashes before a placeholder, text, …
    _check_intrinsic_argument(
        len(parts) // 2 == len(values),
        f"the template has {len(parts) // 2} occurrences of {{}}, but {len(values)} values were given",
    )
    text = _intrinsic_unescape(parts[0])
    for number, value in enumerate(values):
        _check_intrinsic_argument(not json_value_is_larger_than(value, MAX_CREATED), _TOO_LONG)
        text += (
            _intrinsic_unescape(parts[2 * number + 1])
            + java_text(value)
            + _intrinsic_unescape(parts[2 * number + 2])
        )
        _check_intrinsic_argument(len(text) <= MAX_CREATED, _TOO_LONG)
    return text


_TOO_LONG = f"the string would be longer than {MAX_CREATED} characters"


def _intrinsic_json_to_string(scope: Scope, arguments: list[Json]) -> str:
    _check_intrinsic_argument(not json_value_is_larger_than(arguments[0], MAX_CREATED), _TOO_LONG)
    return dumps_payload(arguments[0])


def _intrinsic_unescape(text: str) -> str:
    return re.sub(r"\\(['{}\\])", r"\1", text)


def _intrinsic_string_to_json(scope: Scope, arguments: list[Json]) -> Json:
    text = _text_argument_of_intrinsic(arguments, 0)
    if not text.strip(" \t\r\n"):
        return None  # recorded on AWS for an empty string
    try:
        return json_text.read_json(text)
    except json_text.NotJson as error:
        raise IntrinsicError(f"the string is not valid JSON: {error}") from None


def _intrinsic_array_partition(scope: Scope, arguments: list[Json]) -> Json:
    array, size = _array_argument_of_intrinsic(arguments, 0), _integer_argument_of_intrinsic(arguments, 1)
    _check_intrinsic_argument(size > 0, "the chunk size must be a positive integer")
    return [array[start : start + size] for start in range(0, len(array), size)]


def _intrinsic_array_contains(scope: Scope, arguments: list[Json]) -> bool:
    wanted = _intrinsic_unique_key(arguments[1])
    return any(_intrinsic_unique_key(item) == wanted for item in _array_argument_of_intrinsic(arguments, 0))


def _intrinsic_array_range(scope: Scope, arguments: list[Json]) -> Json:
    first, last, step = (_integer_argument_of_intrinsic(arguments, position) for position in range(3))
    _check_intrinsic_argument(step != 0, "the step must not be 0")
    numbers = range(first, last + (1 if step > 0 else -1), step)
    _check_intrinsic_argument(
        not numbers[quotas.INTRINSIC_RANGE_ITEMS :],
        f"an array of more than {quotas.INTRINSIC_RANGE_ITEMS} elements cannot be created",
    )
    return list(numbers)


def _intrinsic_array_get_item(scope: Scope, arguments: list[Json]) -> Json:
    array, index = _array_argument_of_intrinsic(arguments, 0), _integer_argument_of_intrinsic(arguments, 1)
    _check_intrinsic_argument(
        0 <= index < len(array), f"the index {index} is out of bounds for an array of {len(array)} elements"
    )
    return array[index]


def _intrinsic_array_unique(scope: Scope, arguments: list[Json]) -> Json:
    first_seen: dict[object, Json] = {}
    for item in _array_argument_of_intrinsic(arguments, 0):
        first_seen.setdefault(_intrinsic_unique_key(item), item)
    return list(first_seen.values())


def _intrinsic_base64_encode(scope: Scope, arguments: list[Json]) -> str:
    from base64 import b64encode

    return b64encode(
        java_bytes(_text_argument_of_intrinsic(arguments, 0, at_most=quotas.INTRINSIC_TEXT_CHARACTERS))
    ).decode()


def _intrinsic_base64_decode(scope: Scope, arguments: list[Json]) -> str:
    from base64 import b64decode

    try:
        return b64decode(
            _text_argument_of_intrinsic(arguments, 0, at_most=quotas.INTRINSIC_TEXT_CHARACTERS), validate=True
        ).decode()
    except ValueError:
        raise IntrinsicError("the string is not valid Base64 of UTF-8 text") from None


HASHES: Mapping[str, str] = {
    "MD5": "md5",
    "SHA-1": "sha1",
    "SHA-256": "sha256",
    "SHA-384": "sha384",
    "SHA-512": "sha512",
}


def _intrinsic_hash(scope: Scope, arguments: list[Json]) -> str:
    from hashlib import new

    data, algorithm = (
        _text_argument_of_intrinsic(arguments, 0, at_most=quotas.INTRINSIC_TEXT_CHARACTERS),
        _text_argument_of_intrinsic(arguments, 1),
    )
    _check_intrinsic_argument(algorithm in HASHES, f"the algorithm must be one of {', '.join(HASHES)}")
    return new(HASHES[algorithm], java_bytes(data), usedforsecurity=False).hexdigest()


def _intrinsic_json_merge(scope: Scope, arguments: list[Json]) -> Json:
    first, second, deep = arguments
    _check_intrinsic_argument(
        isinstance(first, dict) and isinstance(second, dict), "the first two arguments must be JSON objects"
    )
    _check_intrinsic_argument(isinstance(deep, bool), "the third argument must be a boolean")
    _check_intrinsic_argument(not deep, "only shallow merging is supported: the third argument must be false")
    return {**first, **second}


def _intrinsic_math_random(scope: Scope, arguments: list[Json]) -> int:
    """Returns n with start <= n < end; a third argument is a seed."""
    start, end = _integer_argument_of_intrinsic(arguments, 0), _integer_argument_of_intrinsic(arguments, 1)
    _check_intrinsic_argument(start < end, "the start number must be less than the end number")
    if len(arguments) == 3:
        return start + JavaRandom(_integer_argument_of_intrinsic(arguments, 2)).below(end - start)
    return start + int.from_bytes(scope.draw(), "big") % (end - start)


def _intrinsic_string_split(scope: Scope, arguments: list[Json]) -> Json:
    """Splits a string.

    Observed: each character of the splitter is a separator, and empty strings are dropped.
    """
    text, splitter = _text_argument_of_intrinsic(arguments, 0), _text_argument_of_intrinsic(arguments, 1)
    if not splitter:
        return [str(text)] if text else []
    return [part for part in re.split(f"[{re.escape(splitter)}]", text) if part]


FUNCTIONS: Mapping[str, IntrinsicFunction] = {
    "States.Format": IntrinsicFunction(_intrinsic_format, 1, 1000),
    "States.StringToJson": IntrinsicFunction(_intrinsic_string_to_json, 1, 1),
    "States.JsonToString": IntrinsicFunction(_intrinsic_json_to_string, 1, 1),
    "States.Array": IntrinsicFunction(
        lambda _, arguments: [str(item) if isinstance(item, str) else item for item in arguments], 0, 1000
    ),
    "States.ArrayPartition": IntrinsicFunction(_intrinsic_array_partition, 2, 2),
    "States.ArrayContains": IntrinsicFunction(_intrinsic_array_contains, 2, 2),
    "States.ArrayRange": IntrinsicFunction(_intrinsic_array_range, 3, 3),
    "States.ArrayGetItem": IntrinsicFunction(_intrinsic_array_get_item, 2, 2),
    "States.ArrayLength": IntrinsicFunction(
        lambda _, arguments: len(_array_argument_of_intrinsic(arguments, 0)), 1, 1
    ),
    "States.ArrayUnique": IntrinsicFunction(_intrinsic_array_unique, 1, 1),
    "States.Base64Encode": IntrinsicFunction(_intrinsic_base64_encode, 1, 1),
    "States.Base64Decode": IntrinsicFunction(_intrinsic_base64_decode, 1, 1),
    "States.Hash": IntrinsicFunction(_intrinsic_hash, 2, 2),
    "States.JsonMerge": IntrinsicFunction(_intrinsic_json_merge, 3, 3),
    "States.MathRandom": IntrinsicFunction(_intrinsic_math_random, 2, 3),
    "States.MathAdd": IntrinsicFunction(
        lambda _, arguments: (
            _integer_argument_of_intrinsic(arguments, 0) + _integer_argument_of_intrinsic(arguments, 1)
        ),
        2,
        2,
    ),
    "States.StringSplit": IntrinsicFunction(_intrinsic_string_split, 2, 2),
    "States.UUID": IntrinsicFunction(lambda scope, _: scope.uuid(), 0, 0),
}


_ORDINALS = ("first", "second", "third")


def _check_intrinsic_argument(holds: bool, otherwise: str) -> None:
    if not holds:
        raise IntrinsicError(otherwise)


def _array_argument_of_intrinsic(arguments: list[Json], position: int) -> list[Json]:
    value = arguments[position]
    if not isinstance(value, list):
        raise IntrinsicError(f"the {_ORDINALS[position]} argument must be an array")
    return value


def _text_argument_of_intrinsic(arguments: list[Json], position: int, *, at_most: int | None = None) -> str:
    value = arguments[position]
    if not isinstance(value, str):
        raise IntrinsicError(f"the {_ORDINALS[position]} argument must be a string")
    _check_intrinsic_argument(
        at_most is None or len(value) <= at_most,
        f"the {_ORDINALS[position]} argument must be at most {at_most} characters long",
    )
    return value


def _integer_argument_of_intrinsic(arguments: list[Json], position: int) -> int:
    """Returns a number within Java's long, rounded half up: observed, -3.5 counts as -3."""
    value = arguments[position]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -LONG <= value < LONG:
        raise IntrinsicError(f"the {_ORDINALS[position]} argument must be an integer")
    return value if isinstance(value, int) else math.floor(value + 0.5)


def _intrinsic_unique_key(value: Json) -> object:
    """Returns a key that is equal for equal JSON.

    true is not 1, but 1 is 1.0; the order of an object's names does not matter.
    """
    if isinstance(value, bool) or value is None:
        return ("constant", value)
    if isinstance(value, dict):
        return frozenset((name, _intrinsic_unique_key(item)) for name, item in value.items())
    if isinstance(value, list):
        return tuple(map(_intrinsic_unique_key, value))
    return value
