"""Reads a template in YAML, with CloudFormation's short forms, or in JSON, with the place of each value.

A short form becomes its long form: `!Sub x` is {"Fn::Sub": "x"}, `!GetAtt a.b` is
{"Fn::GetAtt": ["a", "b"]}. Dates, version numbers of dates and times of day stay the text that they
are written as. Of a key that an object has twice, the last value counts, as for the tools of AWS.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli import json_text
from sfn_cli.errors import UsageError
from sfn_cli.input_files import PROJECT_FILE_BYTES, read_input_text
from sfn_cli.stacks.readers.json_template_places import JsonTemplatePlaces
from sfn_cli.stacks.stack import SourcePlace, TemplateError, nearest_place

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sfn_cli.stacks.stack import Path_


class TemplateFile(NamedTuple):
    """A file that was read: its value, and where each value of it is written."""

    path: Path
    value: Any
    places: Mapping[Path_, SourcePlace]
    notes: tuple[str, ...] = ()
    """Lines for the user: keys that an object has twice."""

    def error(self, path: Path_, message: str) -> TemplateError:
        """Returns the error for a value of this file: at its place, or at the nearest around it."""
        return TemplateError(nearest_place(self.places, path, self.path), message)


def read_template_file(path: Path) -> TemplateFile:
    """Reads a file in YAML or JSON. Raises TemplateError with line and column, and UsageError.

    A text that begins with "{" and is JSON is read as JSON, whatever the file's name is.
    """
    try:
        text = read_input_text(path, PROJECT_FILE_BYTES)
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UsageError(f"Cannot read {path}: it is not UTF-8 text") from None
    text = text.removeprefix("\ufeff")
    if path.suffix == ".json" or (text.lstrip()[:1] == "{" and _is_json_text(text)):
        return _read_json_template(path, text)
    from sfn_cli.stacks.readers import yaml_template

    content = yaml_template.load_yaml_template(text, str(path))
    return TemplateFile(path, content.value, content.places, _duplicate_key_notes(content.duplicates))


def read_json_object(path: Path) -> dict[str, Any]:
    """Returns the object that a JSON file holds. Raises TemplateError and UsageError."""
    file = read_template_file(path)
    if not isinstance(file.value, dict):
        raise file.error((), "The file must hold an object.")
    return file.value


def _duplicate_key_notes(duplicates: list[tuple[str, SourcePlace]]) -> tuple[str, ...]:
    return tuple(f'{place}: the key "{key}" is there twice; the last one counts' for key, place in duplicates)


def _is_json_text(text: str) -> bool:
    """Whether a text is JSON: one in braces may be YAML's flow style, with tags or comments."""
    try:
        json_text.loads_json(text)
    except ValueError:
        return False
    return True


def _read_json_template(path: Path, text: str) -> TemplateFile:
    places = JsonTemplatePlaces(text, str(path))
    has_duplicates = False

    def make_object(members: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal has_duplicates
        value = dict(members)
        has_duplicates |= len(value) != len(members)
        return value

    try:
        value = json_text.loads_json(text, make_object)
    except json.JSONDecodeError as error:
        raise TemplateError(
            SourcePlace(str(path), error.lineno, error.colno), f"Invalid JSON: {error.msg}"
        ) from None
    except ValueError as error:
        raise TemplateError(SourcePlace(str(path), 1, 1), f"Invalid JSON: {error}") from None
    notes = _duplicate_key_notes(places.duplicates()) if has_duplicates else ()
    return TemplateFile(path, value, places, notes)
