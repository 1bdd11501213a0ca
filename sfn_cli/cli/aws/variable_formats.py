"""Environment variables as text for shells, in the formats of `aws configure export-credentials`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _export_line(name: str, value: str) -> str:
    escaped = value.replace("'", "'\\''")
    return f"export {name}='{escaped}'"


def _assignment_line(name: str, value: str) -> str:
    return f"{name}={value}"


def _fish_line(name: str, value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"set -gx {name} '{escaped}';"


VARIABLE_FORMATS: Mapping[str, Callable[[str, str], str]] = {
    "env": _export_line,
    "env-no-export": _assignment_line,
    "fish": _fish_line,
}
"""The name of each format → the function that returns a variable's line."""


def format_variables(variables: Mapping[str, str], format: str) -> str:
    """Returns a line for each variable."""
    line = VARIABLE_FORMATS[format]
    return "".join(f"{line(name, value)}\n" for name, value in variables.items())
