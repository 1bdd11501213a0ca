"""Definitions in JSON or YAML files: their JSON text, and the places of values in the file.

order.asl.yaml:12:9  Missing 'Next' target: Pya
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sfn_cli import json_text
from sfn_cli.json_locations import json_places

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sfn_cli.json_locations import Place

YAML_SUFFIXES = (".yaml", ".yml")


def is_yaml_path(path: str) -> bool:
    """Whether a file has a suffix of YAML."""
    return path.lower().endswith(YAML_SUFFIXES)


def definition_as_json(text: str, path: str) -> str:
    """Returns a definition's JSON text: converted from YAML, or unchanged.

    Raises InvalidYamlError (a ValueError) for invalid YAML.
    """
    if not is_yaml_path(path) or not text.strip() or _is_json_definition(text):
        return text
    from sfn_cli.yaml_text.definition_loader import load_yaml_definition

    return json.dumps(load_yaml_definition(text), indent=2, ensure_ascii=False)


def describe_yaml_error(error: ValueError, path: str) -> str:
    """Returns an InvalidYamlError as one line, with its file, line and column."""
    from sfn_cli.yaml_text.limits import InvalidYamlError

    assert isinstance(error, InvalidYamlError)
    place = path if error.line is None else f"{path}:{error.line}:{error.column}"
    return f"{place}: invalid YAML: {error.problem}"


def definition_places(text: str, path: str, locations: Iterable[str]) -> dict[str, Place]:
    """Returns the places of values in a file's text, for locations in the form of `json_places`.

    Invalid YAML has no places.
    """
    if not is_yaml_path(path) or _is_json_definition(text):
        return json_places(text, locations)
    from sfn_cli.yaml_text.definition_loader import yaml_places
    from sfn_cli.yaml_text.limits import InvalidYamlError

    try:
        return yaml_places(text, locations)
    except InvalidYamlError:
        return {}


def _is_json_definition(text: str) -> bool:
    """Whether the text is JSON, which PyYAML cannot always read (a tab between values, for example)."""
    if not text.lstrip().startswith("{"):
        return False
    try:
        json_text.loads_json(text)
    except ValueError:
        return False
    return True
