"""The functions that Step Functions adds to JSONata, and JSONata's functions that need the scope.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
An undefined argument makes the result undefined, as everywhere in JSONata.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from jsonata.functions import Functions

from sfn_cli import json_text
from sfn_cli.query.intrinsics import HASHES
from sfn_cli.query.java_random import JavaRandom
from sfn_cli.query.java_text import java_bytes
from sfn_cli.query.jsonata.iso_8601 import iso_8601_milliseconds
from sfn_cli.query.jsonata.limits import TOO_BIG, current_allowance
from sfn_cli.query.jsonata.messages import Refusal
from sfn_cli.query.jsonata.values import to_engine_value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.query.scope import Scope

MAX_RANGE = 360_145
"""The maximum number of elements; AWS's limit depends on memory and is below 500,000."""


class Extension(NamedTuple):
    """An added function, `run(scope, *arguments)`; a missing argument is None."""

    signature: str
    parameters: int
    run: Callable[..., Any]


def _partition_extension(scope: Scope, array: list[Any] | None, size: float | None) -> Any:
    if array is None or size is None:
        return None
    if int(size) <= 0:
        raise Refusal("", "The size of the partitions must be a positive integer")
    return [array[start : start + int(size)] for start in range(0, len(array), int(size))]


def _range_extension(scope: Scope, first: float | None, last: float | None, step: float | None) -> Any:
    """Truncates numbers towards zero. Observed: $range(-1.7, 2, 1) is [-1,0,1,2]."""
    if first is None or last is None or step is None or int(step) == 0:
        return None
    numbers = range(int(first), int(last) + (1 if step > 0 else -1), int(step))
    if len(numbers) > MAX_RANGE:
        raise Refusal("", TOO_BIG)
    return list(numbers)


def _hash_extension(scope: Scope, content: str | None, algorithm: str | None) -> str | None:
    from hashlib import new

    if content is None or algorithm is None:
        return None
    if algorithm not in HASHES:
        raise Refusal("", f"The hash algorithm must be one of {', '.join(HASHES)}")
    return new(HASHES[algorithm], java_bytes(content), usedforsecurity=False).hexdigest()


def _random_extension(scope: Scope, seed: float | None) -> float:
    return scope.fraction() if seed is None else JavaRandom(int(seed)).next_double()


def _parse_extension(scope: Scope, text: str | None) -> Any:
    if text is None:
        return None
    try:
        return to_engine_value(json_text.read_json(text))
    except json_text.NotJson as error:
        raise Refusal("", f"The argument of $parse is not valid JSON: {error}") from None


def _shuffle_extension(scope: Scope, array: list[Any] | None) -> list[Any] | None:
    current = current_allowance()

    def draw(_: Any) -> bytes:
        current.count_visits(0)
        return scope.draw()

    return None if array is None else sorted(array, key=draw)


def _to_millis_extension(scope: Scope, timestamp: str | None, picture: str | None) -> int | None:
    if timestamp is None:
        return None
    if picture is None:
        return iso_8601_milliseconds(timestamp)
    missing = _extension_date_from_present(picture)
    if missing:
        now = Functions.datetime_from_millis(scope.now, missing, None)
        timestamp, picture = f"{now} {timestamp}", f"{missing} {picture}"
    found: int | None = Functions.datetime_to_millis(timestamp, picture)
    return found


def _extension_date_from_present(picture: str) -> str:
    """Returns the parts of a date that `picture` does not have and that come from the current date."""
    parts = set(re.findall(r"\[\s*([A-Za-z])", picture.replace("[[", "")))
    if not parts or parts & {"Y", "X"}:
        return ""
    if parts & {"M", "d"}:
        return "[Y0001]"
    return "[Y0001]-[M01]" if "D" in parts else "[Y0001]-[M01]-[D01]"


def _now_extension(scope: Scope, picture: str | None, timezone: str | None) -> Any:
    return Functions.datetime_from_millis(scope.now, picture, timezone)


EXTENSIONS: Mapping[str, Extension] = {
    "partition": Extension("<an:a>", 2, _partition_extension),
    "range": Extension("<nnn:a>", 3, _range_extension),
    "hash": Extension("<ss:s>", 2, _hash_extension),
    "random": Extension("<n?:n>", 1, _random_extension),
    "uuid": Extension("<:s>", 0, lambda scope: scope.uuid()),
    "parse": Extension("<s:x>", 1, _parse_extension),
    "shuffle": Extension("<a:a>", 1, _shuffle_extension),
    "toMillis": Extension("<s-s?:n>", 2, _to_millis_extension),
    "now": Extension("<s?s?:s>", 2, _now_extension),
    "millis": Extension("<:n>", 0, lambda scope: scope.now),
}
