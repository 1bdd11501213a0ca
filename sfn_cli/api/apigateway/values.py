"""Reads values of parts and of OpenAPI documents: names in either spelling, and their types.

CloudFormation writes `IntegrationHttpMethod`, OpenAPI `httpMethod`: both are read by the latter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.jsonvalue import dumps

if TYPE_CHECKING:
    from collections.abc import Mapping


def lower_names(properties: Any) -> dict[str, Any]:
    """Returns an object with the first letter of each name in lower case; {} for any other value."""
    if not isinstance(properties, dict):
        return {}
    return {name[:1].lower() + name[1:]: value for name, value in properties.items()}


def object_value(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def list_value(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def text_value(value: Any) -> str:
    return value if isinstance(value, str) else dumps(value)


def text_map(value: Any) -> dict[str, str]:
    return {name: text_value(item) for name, item in object_value(value).items() if item is not None}


def text_list(value: Any) -> list[str]:
    """Returns a list of texts, from a list or from text with commas."""
    if isinstance(value, str):
        return [item.strip() for item in value.split(",") if item.strip()]
    return [text_value(item) for item in list_value(value)]


def true_value(value: Any) -> bool:
    return value is True or (isinstance(value, str) and value.lower() == "true")


def whole_number(value: Any, default: int) -> int:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return default


def format_version(value: Any) -> str:
    """Returns a payload format as text: OpenAPI documents have it as a number (2.0), too."""
    return "1.0" if value is None else str(float(value)) if isinstance(value, (int, float)) else str(value)


def first_value(properties: Mapping[str, Any], *names: str) -> Any:
    """Returns the first of these members that is there, or None."""
    return next((properties[name] for name in names if properties.get(name) is not None), None)
