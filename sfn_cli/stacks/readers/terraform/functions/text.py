"""Functions for strings.

https://developer.hashicorp.com/terraform/language/functions
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.readers.terraform.language.values import (
    ConversionError,
    Value,
    number_text,
    to_integer,
    to_list,
    to_number,
    to_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_REGEX_SECONDS = 2
_MAX_WIDTH = 10_000


def format_text(pattern: Value, *arguments: Value) -> str:
    """`format`, with the verbs of Go's fmt that Terraform supports."""
    text = to_text(pattern)
    used = 0

    def verb(match: re.Match[str]) -> str:
        nonlocal used
        if match["verb"] == "%":
            return "%"
        if match["index"]:
            used = int(match["index"]) - 1
        if used >= len(arguments):
            raise ConversionError(f"format has no argument for {match.group()}")
        used += 1
        return _formatted(match, arguments[used - 1])

    return re.sub(
        r"%(?P<flags>[-+ #0]*)(?P<width>\d*)(?:\.(?P<precision>\d+))?"
        r"(?:\[(?P<index>\d+)\])?(?P<verb>[a-zA-Z%])",
        verb,
        text,
    )


def _formatted(match: re.Match[str], value: Value) -> str:
    verb, flags = match["verb"], match["flags"]
    precision = None if match["precision"] is None else int(match["precision"])
    if verb in "vs":
        text = _shown(value) if verb == "v" or not isinstance(value, str) else value
        text = text[:precision]
    elif verb == "q":
        text = json.dumps(to_text(value), ensure_ascii=False)
    elif verb == "t":
        text = to_text(value)
    elif verb in "dxXob":
        number = to_integer(value)
        text = format(abs(number), verb)
        text = ("-" if number < 0 else "+" if "+" in flags else " " if " " in flags else "") + text
    elif verb in "feEgG":
        text = (
            f"{to_number(value):{'+' if '+' in flags else ''}.{6 if precision is None else precision}{verb}}"
        )
    else:
        raise ConversionError(f'format does not support "{match.group()}"')
    width = int(match["width"] or 0)
    if width > _MAX_WIDTH:
        raise ConversionError(f"format supports a width of at most {_MAX_WIDTH}")
    if "-" in flags:
        return text.ljust(width)
    if "0" in flags and verb not in "vsqt":
        sign = text[0] if text[:1] in {"-", "+", " "} else ""
        return sign + text[len(sign) :].rjust(width - len(sign), "0")
    return text.rjust(width)


def _shown(value: Value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_text(value)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _formatlist(pattern: Value, *arguments: Value) -> list[str]:
    count = max((len(argument) for argument in arguments if isinstance(argument, list)), default=1)
    return [
        format_text(
            pattern, *(argument[i] if isinstance(argument, list) else argument for argument in arguments)
        )
        for i in range(count)
    ]


def _join(separator: Value, *lists: Value) -> str:
    return to_text(separator).join(to_text(item) for each in lists for item in to_list(each))


def _split(separator: Value, text: Value) -> list[str]:
    if not to_text(separator):
        return list(to_text(text))
    return to_text(text).split(to_text(separator))


def _replace(value: Value, search_value: Value, replacement_value: Value) -> str:
    """Replaces a text, or the matches of a regular expression in slashes, "/…/"."""
    text, search, replacement = map(to_text, (value, search_value, replacement_value))
    if len(search) > 1 and search.startswith("/") and search.endswith("/"):
        pattern = _compiled(search[1:-1])

        def expanded(match: Any) -> str:
            return re.sub(
                r"\$(?:\{(\w+)\}|(\w+)|(\$))",
                lambda group: "$" if group[3] else _group(match, group[1] or group[2]),
                replacement,
            )

        return str(_with_time_limit(lambda: pattern.sub(expanded, text, timeout=_REGEX_SECONDS)))
    return text.replace(search, replacement)


def _group(match: Any, name: str) -> str:
    try:
        return match[int(name) if name.isdigit() else name] or ""
    except IndexError:
        return ""


def _compiled(pattern: str) -> Any:
    import regex

    try:
        return regex.compile(pattern)
    except regex.error as error:
        raise ConversionError(f"{pattern!r} is not a valid regular expression: {error}") from None


def _with_time_limit(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except TimeoutError:
        raise ConversionError(f"the regular expression takes more than {_REGEX_SECONDS} seconds") from None


def _captures(match: Any) -> Value:
    if match.groupdict():
        return dict(match.groupdict())
    return list(match.groups()) if match.groups() else match.group()


def _regex(pattern: Value, text: Value) -> Value:
    compiled = _compiled(to_text(pattern))
    match = _with_time_limit(lambda: compiled.search(to_text(text), timeout=_REGEX_SECONDS))
    if match is None:
        raise ConversionError("the regular expression does not match")
    return _captures(match)


def _regexall(pattern: Value, text: Value) -> list[Value]:
    compiled = _compiled(to_text(pattern))
    matches = _with_time_limit(lambda: list(compiled.finditer(to_text(text), timeout=_REGEX_SECONDS)))
    return [_captures(match) for match in matches]


def _substr(value: Value, offset: Value, length: Value) -> str:
    text, start, count = to_text(value), to_integer(offset), to_integer(length)
    if start < 0:
        start += len(text)
    return text[start:] if count < 0 else text[start : start + count]


def _title(text: Value) -> str:
    return re.sub(r"(^|\s)(\S)", lambda match: match[1] + match[2].upper(), to_text(text))


def _trimprefix(text: Value, prefix: Value) -> str:
    return to_text(text).removeprefix(to_text(prefix))


def _trimsuffix(text: Value, suffix: Value) -> str:
    return to_text(text).removesuffix(to_text(suffix))


def _indent(spaces: Value, text: Value) -> str:
    return to_text(text).replace("\n", "\n" + " " * min(to_integer(spaces), _MAX_WIDTH))


TEXT_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "chomp": lambda text: to_text(text).rstrip("\r\n"),
    "endswith": lambda text, suffix: to_text(text).endswith(to_text(suffix)),
    "format": format_text,
    "formatlist": _formatlist,
    "indent": _indent,
    "join": _join,
    "lower": lambda text: to_text(text).lower(),
    "regex": _regex,
    "regexall": _regexall,
    "replace": _replace,
    "split": _split,
    "startswith": lambda text, prefix: to_text(text).startswith(to_text(prefix)),
    "strcontains": lambda text, part: to_text(part) in to_text(text),
    "strrev": lambda text: to_text(text)[::-1],
    "substr": _substr,
    "title": _title,
    "trim": lambda text, characters: to_text(text).strip(to_text(characters)),
    "trimprefix": _trimprefix,
    "trimspace": lambda text: to_text(text).strip(),
    "trimsuffix": _trimsuffix,
    "upper": lambda text: to_text(text).upper(),
}
