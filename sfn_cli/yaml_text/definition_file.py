"""Definitions in files, JSON or YAML: the JSON text that is stored, and the places of values in the file.

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
    """Whether a file's name says that it contains YAML."""
    return path.lower().endswith(YAML_SUFFIXES)


def definition_as_json(text: str, path: str) -> str:
    """Returns the JSON text of a definition in a file: that of its YAML, or the text itself.

    Raises InvalidYamlError (a ValueError) for a file of YAML.
    """
    if not is_yaml_path(path) or not text.strip() or _is_json_definition(text):
        return text
    from sfn_cli.yaml_text.definition_loader import load_yaml_definition

    return json.dumps(load_yaml_definition(text), indent=2, ensure_ascii=False)


def describe_yaml_error(error: ValueError, path: str) -> str:
    """Returns an InvalidYamlError in one line, after its file, line and column."""
    from sfn_cli.yaml_text.limits import InvalidYamlError

    assert isinstance(error, InvalidYamlError)
    place = path if error.line is None else f"{path}:{error.line}:{error.column}"
    return f"{place}: invalid YAML: {error.problem}"


def definition_places(text: str, path: str, locations: Iterable[str]) -> dict[str, Place]:
    """Returns the places of values in the text of a file, at the locations that `json_places` takes.

    YAML that cannot be read has none.
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
    """Whether the text is JSON: not all of JSON is YAML, as PyYAML reads it (a tab between values)."""
    if not text.lstrip().startswith("{"):
        return False
    try:
        json_text.loads_json(text)
    except ValueError:
        return False
    return True
