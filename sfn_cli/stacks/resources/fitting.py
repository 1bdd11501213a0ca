"""Fits the properties of a resource to the request of an operation.

CloudFormation's properties have the names of the operation's members, capitalised; a parameter's
value is always a text, so numbers and booleans may be texts, and a tag is a list's item where some
operations take a map. Properties that the operation does not have are dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.input_files import RESOURCE_FILE_BYTES, read_input_bytes
from sfn_cli.jsonvalue import dumps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.integrations.aws.shapes import Shape

_SCALARS = (str, bool, int, float)


def fit_request(shape: Shape, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the members of a structure that the properties have a value for."""
    members = {name.lower(): name for name in shape.members}
    fitted = {}
    for property, value in properties.items():
        name = members.get(property.lower())
        if name is not None and value is not None:
            fitted[name] = fit_value(shape.members[name], value)
    return fitted


def fit_value(shape: Shape, value: Any) -> Any:
    """Returns a value in the type of its shape; one that cannot be, as it is: the check reports it."""
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


def property_text(value: Any) -> str:
    """Returns a property's value as text: numbers and booleans as in JSON, and so are objects."""
    return value if isinstance(value, str) else dumps(value)


def property_tags(tags: Any) -> dict[str, str]:
    """Returns tags as a map: they are a list of {"Key", "Value"}, or a map already."""
    if isinstance(tags, dict):
        return {str(key): property_text(value) for key, value in tags.items()}
    return {
        str(tag["Key"]): property_text(tag.get("Value", ""))
        for tag in tags or []
        if isinstance(tag, dict) and "Key" in tag
    }


def file_fingerprint(path: str) -> str:
    """Returns a hash of a file's content; "" for a folder, or for what cannot be read."""
    import hashlib

    try:
        return hashlib.sha256(read_input_bytes(path, RESOURCE_FILE_BYTES)).hexdigest()
    except OSError:
        return ""


def is_true(value: Any) -> bool:
    """Whether a property's value is true, as a boolean or as text."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


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
