"""JSON pointers (RFC 6901): "/orders/0/id"."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Json


def pointer(name: str) -> str:
    """Returns a name escaped for a pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def pointer_tokens(pointer: str) -> list[str]:
    """Returns the names in a pointer, without escapes."""
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def resolve_pointer(value: Json, pointer: str) -> Json:
    """Returns the value that a pointer refers to. Raises LookupError."""
    for name in pointer_tokens(pointer):
        try:
            value = value[int(name)] if isinstance(value, list) else value[name]
        except (KeyError, IndexError, TypeError, ValueError):
            raise LookupError(pointer) from None
    return value
