"""The service's basic checks: required members, lengths, ranges, enums and patterns.

All problems are reported together, in AWS's words: "2 validation errors detected: Value '1001' at
'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000; …".
Members of lists are counted from one: 'routingConfiguration.1.member.weight'. Lambda's lists and maps of
scalars differ: one problem names all constraints of their members.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sfn_cli import quotas
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Mapping, Sequence

    from sfn_cli.api.model import Shape

# Observed: AWS lists the values of these enums in its own order, not the model's.
_ENUM_ORDERS: Mapping[frozenset[str], Sequence[str]] = {
    frozenset(order): order
    for order in (
        ("SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING"),
        ("LATEST", "AT_TIMESTAMP", "TRIM_HORIZON"),
        ("RESPONSE_STREAM", "BUFFERED"),
    )
}

_CODES: Mapping[str, str] = {"logs": "InvalidParameterException"}
"""The services whose error is not ValidationException (recorded in February 2026)."""

_MAXIMA: Mapping[tuple[str, str], int] = {
    ("lambda", "timeout"): 900,
    ("lambda", "memorySize"): 10240,
    ("lambda", "ephemeralStorage.size"): 10240,
}
"""Limits below the model's, whose maxima are those of functions on managed instances."""

_MEASURED_BY_LENGTH = ("string", "list", "map", "blob")

_CHECKED_LATER = frozenset({("lambda", "runtime")})
"""Members with an error of their own (functions/limits.py)."""

# Java's character classes that Python does not have. They occur within brackets with an
# underscore, which \w matches too.
_JAVA_CLASSES: Mapping[str, str] = {
    r"\p{ASCII}": r"[\x00-\x7f]",
    r"\p{L}": r"\w",
    r"\p{N}": r"\d",
    r"\p{Z}": r"\s",
}

# EventBridge's patterns of words separated by spaces backtrack over every way to divide a text at
# its spaces. An equivalent pattern reads each text once: tabs, then a character of a word (which
# may be a space), then any of those characters or tabs.
_OF_WORDS = (r"[^\x00-\x1F:\x7F]", r"[\x20-\x7E]")
_PATTERNS: Mapping[str, str] = {
    rf"^[ \t]*{one}+([ \t]+{one}+)*[ \t]*$": rf"\t*{one}(?:{one}|\t)*" for one in _OF_WORDS
}


def check_constraints(shape: Shape, request: Mapping[str, Any], service: str = "") -> None:
    """Raises the service's ApiError with every constraint that the request breaks."""
    problems = list(_constraint_problems(shape, request, "", service))
    if problems:
        errors = "error" if len(problems) == 1 else "errors"
        raise ApiError(
            _CODES.get(service, "ValidationException"),
            f"{len(problems)} validation {errors} detected: {'; '.join(problems)}",
        )


def _constraint_problems(shape: Shape, value: Any, path: str, service: str) -> Iterator[str]:
    kind = shape["type"]
    if kind == "structure":
        for member, member_shape in shape["members"].items():
            # AWS writes a member's first letter in lower case, even if the model does not.
            written = member[:1].lower() + member[1:]
            member_path = f"{path}.{written}" if path else written
            if value.get(member) is not None:
                yield from _constraint_problems(member_shape, value[member], member_path, service)
            elif member in shape.get("required", ()):
                yield f"Value null at '{member_path}' failed to satisfy constraint: Member must not be null"
        return
    if (service, path) in _CHECKED_LATER:
        return
    if (service, path) in _MAXIMA:
        shape = {**shape, "max": _MAXIMA[service, path]}
    collapsed = _collapsed_constraints(shape, value, path) if service == "lambda" else None
    for broken in (*_broken_constraints(shape, value), *(collapsed or ())):
        # AWS does not repeat the value of a member that is sensitive in its model.
        shown = "Value" if shape.get("sensitive") else f"Value '{_java_text_of_constraint(shape, value)}'"
        yield f"{shown} at '{path}' failed to satisfy constraint: {broken}"
    if collapsed is not None:
        return
    if kind == "list":
        for number, item in enumerate(value, 1):
            yield from _constraint_problems(shape["member"], item, f"{path}.{number}.member", service)
    elif kind == "map":
        for number, (key, item) in enumerate(value.items(), 1):
            yield from _constraint_problems(shape["key"], key, f"{path}.{number}.key", service)
            yield from _constraint_problems(shape["value"], item, f"{path}.{key}.member", service)


def _collapsed_constraints(shape: Shape, value: Any, path: str) -> list[str] | None:
    """Returns the constraints that members of a list or a map of scalars break, as Lambda does.

    None for anything else. Observed: only the members of VpcConfig's lists may be null.
    """
    kind = shape["type"]
    parts = {"list": ("member",), "map": ("key", "value")}.get(kind, ())
    if not parts or any(shape[part]["type"] in ("structure", "list", "map") for part in parts):
        return None
    found = []
    for part in parts:
        members = value if kind == "list" else value.keys() if part == "key" else value.values()
        if any(any(_broken_constraints(shape[part], member)) for member in members):
            texts = [
                _constraint_text(shape[part], name)
                for name in ("max", "min", "enum", "pattern")
                if name in shape[part]
            ]
            if part != "key" and not path.startswith("vpcConfig."):
                texts.append("Member must not be null")
            name = {"member": "Member", "key": "Map keys", "value": "Map value"}[part]
            found.append(f"{name} must satisfy constraint: [{', '.join(texts)}]")
    return found


def _constraint_text(shape: Shape, name: str) -> str:
    """Returns what AWS says about the shape's "min", "max", "enum" or "pattern"."""
    match name:
        case "enum":
            values = _ENUM_ORDERS.get(frozenset(shape["enum"]), shape["enum"])
            return f"Member must satisfy enum value set: [{', '.join(values)}]"
        case "pattern":
            return f"Member must satisfy regular expression pattern: {shape['pattern']}"
        case _:
            measured = "length" if shape["type"] in _MEASURED_BY_LENGTH else "value"
            compared = "greater" if name == "min" else "less"
            return f"Member must have {measured} {compared} than or equal to {shape[name]}"


def _broken_constraints(shape: Shape, value: Any) -> Iterator[str]:
    """Yields the constraints that one value breaks: "Member must …"."""
    kind = shape["type"]
    if kind == "string" and not _is_unicode_constraint(value):
        yield "Member must be valid Unicode text"
        return
    if kind in _MEASURED_BY_LENGTH:
        size = len(value)
        # The only maximum in bytes of UTF-8, not characters: that of inputs, outputs and results.
        if kind == "string" and shape.get("max") == quotas.PAYLOAD_BYTES and size * 4 > quotas.PAYLOAD_BYTES:
            size = len(value.encode())
    elif kind in ("integer", "long", "float", "double"):
        size = value
    else:
        return
    if "min" in shape and size < shape["min"]:
        yield _constraint_text(shape, "min")
    if "max" in shape and size > shape["max"]:
        yield _constraint_text(shape, "max")
    if "enum" in shape and value not in shape["enum"]:
        yield _constraint_text(shape, "enum")
    if (
        "pattern" in shape
        and kind == "string"
        and not _compile_constraint_pattern(shape["pattern"]).fullmatch(value)
    ):
        yield _constraint_text(shape, "pattern")


def _is_unicode_constraint(text: str) -> bool:
    """Whether the text has no lone surrogates, which cannot be stored as UTF-8."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@cache
def _compile_constraint_pattern(pattern: str) -> re.Pattern[str]:
    import re
    import warnings

    with warnings.catch_warnings():
        # AWS's patterns are Java's, in which the hyphen of `[a-z-_$]` is literal.
        warnings.simplefilter("ignore", FutureWarning)
        for name, characters in _JAVA_CLASSES.items():
            pattern = pattern.replace(name, characters)
        return re.compile(_PATTERNS.get(pattern, pattern))


def _java_text_of_constraint(shape: Shape, value: Any) -> str:
    """Formats a value like Java's toString, for AWS's messages."""
    if value is None:
        return "null"
    kind = shape["type"]
    if kind == "structure":
        members = (
            f"{name}={_java_text_of_constraint(member, value.get(name))}"
            for name, member in shape["members"].items()
        )
        return f"{shape['name']}({', '.join(members)})"
    if kind == "list":
        return f"[{', '.join(_java_text_of_constraint(shape['member'], item) for item in value)}]"
    if kind == "map":
        return (
            "{"
            + ", ".join(
                f"{key}={_java_text_of_constraint(shape['value'], item)}" for key, item in value.items()
            )
            + "}"
        )
    return str(value)
