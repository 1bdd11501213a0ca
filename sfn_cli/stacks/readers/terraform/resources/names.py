"""Converts the names of arguments to names of properties."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.readers.terraform.language.values import ConversionError, to_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.stacks.readers.terraform.resources.arguments import ResourceArguments


_NUMBERS = frozenset(
    {
        "BatchSize",
        "DelaySeconds",
        "MaximumMessageSize",
        "MemorySize",
        "MessageRetentionPeriod",
        "ReadCapacityUnits",
        "ReceiveMessageWaitTimeSeconds",
        "ReservedConcurrentExecutions",
        "RetentionInDays",
        "Timeout",
        "VisibilityTimeout",
        "WriteCapacityUnits",
    }
)
"""The properties that are whole numbers; Terraform also accepts them as strings."""


def pascal_case(name: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in name.split("_"))


def renamed(arguments: ResourceArguments, *names: str, **others: str) -> dict[str, Any]:
    """Returns the properties for arguments, in Pascal case or with the names NAME="PropertyName"."""
    found = {pascal_case(name): arguments.get(name) for name in names}
    return found | {property: arguments.get(name) for name, property in others.items()}


def without_none(value: Any) -> Any:
    """Removes members that are not set, at every depth, and converts whole numbers from strings."""
    if isinstance(value, dict):
        return {
            key: int(item) if key in _NUMBERS and str(item).isdigit() else without_none(item)
            for key, item in value.items()
            if item is not None
        }
    if isinstance(value, list):
        return [without_none(item) for item in value]
    return value


def filled_block(properties: Mapping[str, Any]) -> dict[str, Any] | None:
    """Returns the properties of a nested block; None if none is set."""
    found = {key: value for key, value in properties.items() if value is not None}
    return found or None


def tags(arguments: ResourceArguments) -> list[dict[str, str]] | None:
    found = arguments.get("tags")
    if not isinstance(found, dict):
        return None
    return [{"Key": key, "Value": to_text(value)} for key, value in found.items() if value is not None]


def json_value(arguments: ResourceArguments, name: str) -> Any:
    """Returns the JSON value in an argument that is a string."""
    value = arguments.get(name)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ConversionError(f'"{name}" is not valid JSON') from None
