"""The table of functions by name, and how they are called."""

from __future__ import annotations

import inspect
from functools import cache
from typing import TYPE_CHECKING

from sfn_cli.stacks.evaluation.suggestions import suggested_name
from sfn_cli.stacks.readers.terraform.functions.collections import COLLECTION_FUNCTIONS
from sfn_cli.stacks.readers.terraform.functions.encodings import ENCODING_FUNCTIONS
from sfn_cli.stacks.readers.terraform.functions.text import TEXT_FUNCTIONS
from sfn_cli.stacks.readers.terraform.language.values import ConversionError, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PURE_FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    **COLLECTION_FUNCTIONS,
    **ENCODING_FUNCTIONS,
    **TEXT_FUNCTIONS,
}


def call_function(table: Mapping[str, Callable[..., Value]], name: str, arguments: list[Value]) -> Value:
    """Calls a function of a table. Raises ConversionError."""
    name = name.removeprefix("core::")
    function = table.get(name)
    if function is None:
        raise ConversionError(f'there is no function "{name}".{suggested_name(name, table)}')
    least, most = _counts(function)
    if not least <= len(arguments) <= most:
        wanted = str(least) if least == most else f"at least {least}" if most > 99 else f"{least} to {most}"
        noun = "argument" if wanted in ("1", "at least 1") else "arguments"
        raise ConversionError(f"the function {name} needs {wanted} {noun}, not {len(arguments)}")
    return function(*arguments)


@cache
def _counts(function: Callable[..., Value]) -> tuple[int, int]:
    """Returns the minimum and the maximum number of arguments."""
    least = most = 0
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            return least, 10**6
        most += 1
        least += parameter.default is inspect.Parameter.empty
    return least, most
