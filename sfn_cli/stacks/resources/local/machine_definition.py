"""The text of a state machine's definition, from the properties of its resource."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sfn_cli import json_text
from sfn_cli.input_files import PROJECT_FILE_BYTES, read_input_text
from sfn_cli.stacks.resources.fitting import file_fingerprint, property_text
from sfn_cli.stacks.resources.resource import ResourceError
from sfn_cli.stacks.resources.s3_objects import read_s3_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.stacks.resources.resource import Making, Properties

_SUBSTITUTION = re.compile(r"\$\{([^{}]+)\}")


def machine_definition(making: Making, properties: Properties) -> str:
    """Returns the definition with its substitutions. Raises ResourceError."""
    substitutions = properties.get("DefinitionSubstitutions") or {}
    return _substitute_in_definition(_written_definition(making, properties), substitutions)


def machine_fingerprint(properties: Properties) -> str:
    """Returns a hash of the file that holds a machine's definition; "" where there is none."""
    path = properties.get("DefinitionUri")
    return file_fingerprint(path) if isinstance(path, str) else ""


def _written_definition(making: Making, properties: Properties) -> str:
    location = properties.get("DefinitionS3Location") or properties.get("DefinitionUri")
    for property in ("DefinitionString", "Definition", "DefinitionBody"):
        if (definition := properties.get(property)) is not None:
            return property_text(definition)
    if isinstance(location, str):
        return _read_definition_file(location)
    if isinstance(location, dict):
        return read_s3_object(making, location).decode()
    raise ResourceError("The state machine has no definition.")


def _read_definition_file(path: str) -> str:
    try:
        text = read_input_text(path, PROJECT_FILE_BYTES)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ResourceError(f"The definition {path} cannot be read: {reason}") from None
    if path.endswith((".yaml", ".yml")):
        import yaml

        return property_text(yaml.safe_load(text))
    json_text.loads_json(text)
    return text


def _substitute_in_definition(definition: str, substitutions: Mapping[str, Any]) -> str:
    """Returns the definition with `${NAME}` replaced; other `${…}` stay."""

    def value(found: re.Match[str]) -> str:
        name = found[1]
        return property_text(substitutions[name]) if name in substitutions else found[0]

    return _SUBSTITUTION.sub(value, definition)
