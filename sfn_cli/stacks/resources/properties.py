"""Reads values of resolved properties: strings, booleans, tags, objects, lists, and paths of files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.input_files import RESOURCE_FILE_BYTES, read_input_bytes
from sfn_cli.jsonvalue import dumps
from sfn_cli.stacks.resources.resource import ResourceError

if TYPE_CHECKING:
    from collections.abc import Mapping


def property_text(value: Any) -> str:
    """Returns a value as text; everything but a string as JSON."""
    return value if isinstance(value, str) else dumps(value)


def property_tags(tags: Any) -> dict[str, str]:
    """Returns tags as a map, from a list of {"Key", "Value"} or from a map."""
    if isinstance(tags, dict):
        return {str(key): property_text(value) for key, value in tags.items()}
    return {
        str(tag["Key"]): property_text(tag.get("Value", ""))
        for tag in (tags if isinstance(tags, list) else ())
        if isinstance(tag, dict) and "Key" in tag
    }


def property_object(properties: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Returns an object property; {} if it is absent. Raises ResourceError."""
    value = properties.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ResourceError(f"{name} must be an object.")
    return value


def property_objects(properties: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Returns a property with a list of objects; [] if it is absent. Raises ResourceError."""
    value = properties.get(name)
    if value is None:
        return []
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, dict) for item in items):
        raise ResourceError(f"{name} must be a list of objects.")
    return items


def is_true(value: Any) -> bool:
    """Whether a value is true, as a boolean or a string."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def file_fingerprint(path: Any) -> str:
    """Returns a hash of a file's content; "" for a folder or an unreadable file."""
    import hashlib

    if not isinstance(path, str):
        return ""
    try:
        return hashlib.sha256(read_input_bytes(path, RESOURCE_FILE_BYTES)).hexdigest()
    except OSError:
        return ""
