"""JSONata's messages for the errors of the JSONata engine.

The engine has JSONata's codes, but its messages have `Object` for `function` and fill in placeholders by
position. AWS uses JSONata's messages: `T0410: Argument 1 of function "abs" does not match function
signature`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from jsonata.jexception import JException
from jsonata.utils import Utils

from sfn_cli.jsonvalue import json_value_is_larger_than

if TYPE_CHECKING:
    from collections.abc import Sequence


class Refusal(JException):  # type: ignore[misc]  # the engine has no types
    """An error of the adapter, which the engine treats like its own errors."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, 0)
        self.text = message

    @classmethod
    def foreign(cls, function: str | None, args: Sequence[Any] | None, error: Exception) -> Refusal:
        """Returns JSONata's error for a Python exception that escaped from an engine function."""
        first = to_message_text(args[0]) if args else "undefined"
        code = _CODES_OF_FUNCTIONS.get(function or "")
        if function in ("formatInteger", "parseInteger", "fromMillis", "toMillis"):
            code = next(
                (code for start, code in _CODES_OF_TEXTS.items() if str(error).startswith(start)), code
            )
        if (
            code in ("D3110", "D3132")
            and isinstance(error, KeyError)
            and str(error.args[0]) not in _COMPONENTS
        ):
            return cls("D3132", _fill_message("D3132", [to_message_text(error.args[0])]))
        if code is None:
            return cls("T0410", f'Argument 1 of function "{function}" does not match function signature')
        if code == "D3061":
            base, exponent = (to_message_text(argument) for argument in [*(args or ()), None, None][:2])
            return cls(code, _fill_message(code, (base, exponent)))
        if code == "D3140":
            return cls(code, f"Malformed URL passed to ${function}(): {first}")
        return cls(code, _fill_message(code, (first,)))


_CODES_OF_FUNCTIONS = {
    "power": "D3061",
    "sort": "D3070",
    "encodeUrl": "D3140",
    "encodeUrlComponent": "D3140",
    "decodeUrl": "D3140",
    "decodeUrlComponent": "D3140",
    "toMillis": "D3110",
    "formatInteger": "D3130",
    "parseInteger": "D3130",
    "fromMillis": "D3132",
    "formatNumber": "D3085",
}
_COMPONENTS = frozenset("YMDdFWwXxHhPmsfZzCE")
"""The components of a timestamp's picture."""
_CODES_OF_TEXTS = {
    "In a decimal digit pattern": "D3131",
    "Formatting or parsing": "D3130",
    "The timezone integer": "D3134",
    "The 'name' modifier": "D3133",
    "No matching closing": "D3135",
    "The date/time picture string is missing": "D3136",
    "Unknown component": "D3132",
}


def message_of(error: JException) -> tuple[str, str]:
    """Returns the (code, message) of an error of the engine."""
    if isinstance(error, Refusal):
        return error.error, error.text
    code = str(error.error)
    if code not in JException.error_codes:
        code = next(
            (
                known
                for known in _LATER_CODES
                if JException.error_codes[known].replace("Object", "function") == code
            ),
            "",
        )
        return (code, str(error.error)) if code else ("D3137", str(error.error))
    inserts = [insert for insert in (error.current, error.expected, error.extra) if insert is not None]
    function = getattr(error, "function", None)
    if code == "T0411":
        inserts = [error.expected, function or ""]
    elif code == "T0410":
        inserts = [error.current if isinstance(error.current, int) else 1, function or error.expected or ""]
    elif code == "T0412":
        inserts = [error.current, function or error.expected, _TYPE_NAMES.get(str(error.extra), error.extra)]
    return code, _fill_message(
        code, [to_message_text(insert, raw=code in ("D3137", "D3141")) for insert in inserts]
    )


_LATER_CODES = ("D3010", "D3011", "D3012", "D3020", "D3040")
_TYPE_NAMES = {
    "n": "numbers",
    "s": "strings",
    "b": "booleans",
    "a": "arrays",
    "o": "objects",
    "f": "functions",
}


def _fill_message(code: str, inserts: Sequence[str]) -> str:
    """Returns JSONata's message for `code`, with its placeholders filled in order."""
    text = (
        JException.error_codes[code]
        .replace(" Object", " function")
        .replace("undefined function", "undefined Object")
    )
    waiting = iter(inserts)
    text = re.sub(
        r"\{\{\{\w+\}\}\}",
        lambda _: json.loads(value) if (value := next(waiting, '""')).startswith('"') else value,
        text,
    )
    return re.sub(r"\{\{\w+\}\}", lambda _: next(waiting, "undefined"), text)


_MAX_SHOWN = 262_144


def to_message_text(value: Any, *, raw: bool = False) -> str:
    """Returns a value's text for a message: JSON, or with `raw` a string without quotes.

    A very large value is abbreviated.
    """
    if isinstance(value, str):
        return value if raw else json.dumps(value, ensure_ascii=False)
    if value is None or value is Utils.NULL_VALUE:
        return "null"
    if json_value_is_larger_than(value, _MAX_SHOWN):
        return "{…}" if isinstance(value, dict) else "[…]"
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=lambda _: None)
    except (TypeError, ValueError):
        return str(value)


def syntax_message(text: str, error: Exception) -> str:
    """Returns a message for a Python exception that escaped from the engine's parser."""
    if isinstance(error, IndexError) and "/*" in text:
        return "Comment has no closing tag"
    if isinstance(error, KeyError):
        return f"Unknown operator: {json.dumps(error.args[0])}"
    if isinstance(error, RecursionError):
        return "The expression is nested too deeply"
    if type(error) is RuntimeError:
        return str(error)
    return "Syntax error"
