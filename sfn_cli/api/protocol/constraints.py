"""The service's basic checks: required members, lengths, ranges, enums and patterns.

All problems are reported together, in AWS's words: "2 validation errors detected: Value '1001' at
'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000; …".
Members of lists are counted from one: 'routingConfiguration.1.member.weight'.
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

# Observed: AWS lists the values of this enum in its own order, not the model's.
_ENUM_ORDERS: Mapping[frozenset[str], Sequence[str]] = {
    frozenset(order): order
    for order in (("SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING"),)
}

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


def check_constraints(shape: Shape, request: Mapping[str, Any]) -> None:
    """Raises ApiError ValidationException with every constraint that the request breaks."""
    problems = list(_constraint_problems(shape, request, ""))
    if problems:
        errors = "error" if len(problems) == 1 else "errors"
        raise ApiError(
            "ValidationException", f"{len(problems)} validation {errors} detected: {'; '.join(problems)}"
        )


def _constraint_problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    kind = shape["type"]
    if kind == "structure":
        for member, member_shape in shape["members"].items():
            # AWS writes a member's first letter in lower case, even if the model does not.
            written = member[:1].lower() + member[1:]
            member_path = f"{path}.{written}" if path else written
            if value.get(member) is not None:
                yield from _constraint_problems(member_shape, value[member], member_path)
            elif member in shape.get("required", ()):
                yield f"Value null at '{member_path}' failed to satisfy constraint: Member must not be null"
        return
    for broken in _broken_constraints(shape, value):
        # AWS does not repeat the value of a member that is sensitive in its model.
        shown = "Value" if shape.get("sensitive") else f"Value '{_java_text_of_constraint(shape, value)}'"
        yield f"{shown} at '{path}' failed to satisfy constraint: Member must {broken}"
    if kind == "list":
        for number, item in enumerate(value, 1):
            yield from _constraint_problems(shape["member"], item, f"{path}.{number}.member")
    elif kind == "map":
        for number, (key, item) in enumerate(value.items(), 1):
            yield from _constraint_problems(shape["key"], key, f"{path}.{number}.key")
            yield from _constraint_problems(shape["value"], item, f"{path}.{key}.member")


def _broken_constraints(shape: Shape, value: Any) -> Iterator[str]:
    """Yields the constraints that one value breaks, as the text after "Member must …"."""
    kind = shape["type"]
    if kind == "string" and not _is_unicode_constraint(value):
        yield "be valid Unicode text"
        return
    if kind in ("string", "list", "map", "blob"):
        size, measured = len(value), "length"
        # The only maximum in bytes of UTF-8, not characters: that of inputs, outputs and results.
        if kind == "string" and shape.get("max") == quotas.PAYLOAD_BYTES and size * 4 > quotas.PAYLOAD_BYTES:
            size = len(value.encode())
    elif kind in ("integer", "long", "float", "double"):
        size, measured = value, "value"
    else:
        return
    if "min" in shape and size < shape["min"]:
        yield f"have {measured} greater than or equal to {shape['min']}"
    if "max" in shape and size > shape["max"]:
        yield f"have {measured} less than or equal to {shape['max']}"
    if "enum" in shape and value not in shape["enum"]:
        values = _ENUM_ORDERS.get(frozenset(shape["enum"]), shape["enum"])
        yield f"satisfy enum value set: [{', '.join(values)}]"
    if (
        "pattern" in shape
        and kind == "string"
        and not _compile_constraint_pattern(shape["pattern"]).fullmatch(value)
    ):
        yield f"satisfy regular expression pattern: {shape['pattern']}"


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
