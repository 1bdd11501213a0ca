"""Formats of responses on stdout: json, text, table, yaml, yaml-stream or off.

`show_output` converts a response to its readable form by the model; the module named like a format
writes it.
"""

from __future__ import annotations

from binascii import b2a_base64
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TextIO

from sfn_cli.api.protocol.shapes import convert_shape

if TYPE_CHECKING:
    from datetime import tzinfo

    from sfn_cli.api.model import Shape


def show_output(value: Any, shape: Shape) -> Any:
    """Converts a value for people: members in the model's order, local times, blobs in base64.

    Members that are None or that the model does not know are left out.
    """
    return convert_shape(shape, value, timestamp=local_time_in_output, blob=_base64_in_output)


def local_time_in_output(at: int) -> str:
    """Formats milliseconds since 1970 as ISO 8601 in this machine's time zone."""
    seconds, milliseconds = divmod(at, 1000)
    return (
        datetime.fromtimestamp(seconds, UTC).astimezone().replace(microsecond=milliseconds * 1000).isoformat()
    )


def local_zone() -> tzinfo | None:
    """Returns this machine's time zone, as it is now."""
    return datetime.now().astimezone().tzinfo


def _base64_in_output(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode("ascii")


def write_output(value: Any, output_format: str, title: str, stream: TextIO, *, color: bool = False) -> None:
    """Writes one value; `title` is the operation's name, for tables."""
    match output_format:
        case "json":
            from sfn_cli.cli.output import json

            json.write(value, stream)
        case "text":
            from sfn_cli.cli.output import text

            text.write(value, stream)
        case "table":
            from sfn_cli.cli.output import table

            table.write(value, title, stream, color=color)
        case "yaml":
            from sfn_cli.cli.output import yaml

            yaml.write(value, stream)
        case "yaml-stream":
            from sfn_cli.cli.output import yaml

            yaml.write([value], stream)
