"""Times in requests: text becomes milliseconds since 1970.

The terminal, tasks and templates have times as text: in ISO 8601, or in seconds since 1970. A number is
in milliseconds already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from sfn_cli.api.model import Shape


def has_times(shape: Shape) -> bool:
    """Whether a shape has a time anywhere."""
    kind = shape["type"]
    if kind == "structure":
        return any(map(has_times, shape["members"].values()))
    if kind == "list":
        return has_times(shape["member"])
    return kind == "timestamp" or (kind == "map" and has_times(shape["value"]))


def with_times(shape: Shape, value: Any) -> Any:
    """Returns a request with its times in milliseconds. Raises ApiError SerializationException."""
    kind = shape["type"]
    if kind == "structure":
        members = shape["members"]
        return {
            name: with_times(members[name], item) if name in members and item is not None else item
            for name, item in value.items()
        }
    if kind == "list":
        return [with_times(shape["member"], item) for item in value]
    if kind == "map":
        return {key: with_times(shape["value"], item) for key, item in value.items()}
    return _milliseconds(value) if kind == "timestamp" and isinstance(value, str) else value


def _milliseconds(text: str) -> int:
    from datetime import UTC, datetime

    try:
        return round(float(text) * 1000)
    except (OverflowError, ValueError):
        pass
    try:
        at = datetime.fromisoformat(text)
        return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    except (OverflowError, ValueError) as error:
        raise ApiError("SerializationException", f"{text!r} can not be converted to a Timestamp") from error
