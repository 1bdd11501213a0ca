"""Reads a template in JSON, or in YAML with CloudFormation's short forms, with each value's place.

A short form becomes its long form: `!Sub x` is {"Fn::Sub": "x"}, `!GetAtt a.b` is
{"Fn::GetAtt": ["a", "b"]}. Dates, times and versions that look like dates stay strings. If a key
occurs twice in an object, the last value is used, as in AWS's tools.
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
    """A file that was read: its value, and the place of each part of the value."""

    path: Path
    value: Any
    places: Mapping[Path_, SourcePlace]
    notes: tuple[str, ...] = ()
    """Lines for the user: keys that occur twice in an object."""

    def error(self, path: Path_, message: str) -> TemplateError:
        """Returns the error for a value of this file, at the place of the value or nearest to it."""
        return TemplateError(nearest_place(self.places, path, self.path), message)


def read_template_file(path: Path, *, words_are_booleans: bool = True) -> TemplateFile:
    """Reads a YAML or JSON file. Raises TemplateError with line and column, and UsageError.

    A text that begins with "{" and is JSON is read as JSON, whatever the file's name.
    `words_are_booleans` says whether `yes`, `no`, `on` and `off` are booleans, as in AWS's tools.
    """
    try:
        text = read_input_text(path, PROJECT_FILE_BYTES)
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UsageError(f"Cannot read {path}: it is not UTF-8 text") from None
    return read_template_text(path, text, words_are_booleans=words_are_booleans)


def read_template_text(path: Path, text: str, *, words_are_booleans: bool = True) -> TemplateFile:
    """Reads the text of a file, as `read_template_file` does."""
    text = text.removeprefix("\ufeff")
    if path.suffix == ".json" or (text.lstrip()[:1] == "{" and _is_json_text(text)):
        return _read_json_template(path, text)
    from sfn_cli.stacks.readers import yaml_template

    content = yaml_template.load_yaml_template(text, str(path), words_are_booleans=words_are_booleans)
    return TemplateFile(path, content.value, content.places, _duplicate_key_notes(content.duplicates))


def read_json_object(path: Path) -> dict[str, Any]:
    """Returns the object in a JSON file. Raises TemplateError and UsageError."""
    file = read_template_file(path)
    if not isinstance(file.value, dict):
        raise file.error((), "The file must contain a JSON object.")
    return file.value


def _duplicate_key_notes(duplicates: list[tuple[str, SourcePlace]]) -> tuple[str, ...]:
    return tuple(f'{place}: the key "{key}" occurs twice. The last one is used.' for key, place in duplicates)


def _is_json_text(text: str) -> bool:
    """Whether a text is JSON: a text in braces may also be YAML in flow style, with tags or comments."""
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
