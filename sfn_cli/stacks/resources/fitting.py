"""Converts the properties of a resource to the request of an operation.

CloudFormation's properties have the names of the operation's members, capitalised. Numbers and booleans
may be strings, because parameter values are strings. Tags are a list, but some operations need a map.
Properties without a member in the operation are dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.resources.properties import property_tags, property_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.integrations.aws.shapes import Shape

_SCALARS = (str, bool, int, float)


def fit_request(shape: Shape, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the members of a structure for which the properties have a value."""
    members = {name.lower(): name for name in shape.members}
    fitted = {}
    for property, value in properties.items():
        name = members.get(property.lower())
        if name is not None and value is not None:
            fitted[name] = fit_value(shape.members[name], value)
    return fitted


def fit_value(shape: Shape, value: Any) -> Any:
    """Returns a value converted to its shape's type; or unchanged, for the later check to report it."""
    match shape.type_name:
        case "structure":
            return fit_request(shape, value) if isinstance(value, dict) else value
        case "list":
            if isinstance(value, dict):
                value = [{"Key": key, "Value": item} for key, item in value.items()]
            items = value if isinstance(value, list) else [value]
            return [fit_value(shape.member, item) for item in items if item is not None]
        case "map":
            pairs = property_tags(value) if isinstance(value, list) else value
            if not isinstance(pairs, dict):
                return value
            return {key: fit_value(shape.value, item) for key, item in pairs.items() if item is not None}
        case "string":
            return property_text(value)
        case "integer" | "long" | "float" | "double" | "boolean":
            return _fit_number(shape.type_name, value)
        case "blob":
            return value.encode() if isinstance(value, str) else value
    return value


def _fit_number(kind: str, value: Any) -> Any:
    if not isinstance(value, _SCALARS):
        return value
    if kind == "boolean":
        text = str(value).lower()
        return text == "true" if text in ("true", "false") else value
    try:
        number = float(value)
        if kind in ("integer", "long"):
            return int(number) if number.is_integer() else value
    except (OverflowError, ValueError):
        return value
    return number
