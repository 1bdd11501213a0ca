"""Finds the definition of a state machine in the resolved properties of its resource.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli import jsonvalue
from sfn_cli.asl.placeholders import (
    describe_unfilled_placeholder,
    fill_placeholders,
    unfilled_placeholders,
)
from sfn_cli.errors import UsageError
from sfn_cli.input_files import PROJECT_FILE_BYTES, read_input_text, shown_path
from sfn_cli.yaml_text.definition_file import definition_as_json, describe_yaml_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.asl.resource import Resource
    from sfn_cli.stacks.stack import Path_, Stack

_TEXTS = ("DefinitionString", "DefinitionBody")
_WRITTEN = ("Definition", *_TEXTS)
_DEFINITIONS = frozenset((*_WRITTEN, "DefinitionUri", "DefinitionS3Location", "DefinitionSubstitutions"))


class MachineDefinition(NamedTuple):
    """A state machine's definition, with its substitutions filled in."""

    text: str
    """The definition as JSON, as it is stored."""
    file: Path | None
    """The file that has the definition; None if the template itself has it."""
    file_text: str | None
    """The file's text with its substitutions filled in; line numbers are those of the file."""
    unfilled: tuple[str, ...]
    """The names of `${Name}` in the definition that have no substitution, in order."""

    def warnings(self, logical_id: str, is_available: Callable[[Resource], bool] | None) -> list[str]:
        """Returns a line for each `${Name}` without a value and for each task that sfn cannot run."""
        from sfn_cli.asl.validation.diagnostic import UNAVAILABLE
        from sfn_cli.asl.validation.validate import validate

        text, source = "", logical_id
        if self.file is not None:
            text, source = self.file_text or "", shown_path(self.file)
        return [
            *(describe_unfilled_placeholder(name, text, source) for name in self.unfilled),
            *(
                f"{source}: {fault.location}: {fault.message}"
                for fault in validate(self.text, is_available=is_available)
                if fault.code == UNAVAILABLE
            ),
        ]


def machine_definition(stack: Stack, logical_id: str, properties: Mapping[str, Any]) -> MachineDefinition:
    """Returns the definition that a state machine's resolved properties contain or name.

    Raises TemplateError if there is no definition, if it is in S3, if it is not text, or if it is
    invalid YAML; the error has its place in the file.
    """
    path: Path_ = ("Resources", logical_id, "Properties")
    values = _substitutions(stack, properties, (*path, "DefinitionSubstitutions"))
    uri = properties.get("DefinitionUri")
    if isinstance(uri, str) and "://" not in uri:
        return _definition_of_file(stack, Path(uri), values, (*path, "DefinitionUri"))
    text = _written_definition(stack, logical_id, properties, path)
    filled = fill_placeholders(text, values)
    return MachineDefinition(filled, None, None, unfilled_placeholders(filled))


def with_inline_definition(
    stack: Stack, logical_id: str, properties: Mapping[str, Any]
) -> tuple[dict[str, Any], MachineDefinition | None]:
    """Returns the properties with the definition inlined as DefinitionString, and the definition.

    The stored properties of a state machine then do not depend on a file. For a definition in S3 the
    properties are unchanged and the definition is None. Raises like `machine_definition`.
    """
    location = properties.get("DefinitionS3Location", properties.get("DefinitionUri"))
    if isinstance(location, dict) and not any(name in properties for name in _WRITTEN):
        return dict(properties), None
    definition = machine_definition(stack, logical_id, properties)
    kept = {name: value for name, value in properties.items() if name not in _DEFINITIONS}
    return {**kept, "DefinitionString": definition.text}, definition


def _written_definition(stack: Stack, logical_id: str, properties: Mapping[str, Any], path: Path_) -> str:
    """Returns the text of a definition that is written in the template."""
    if (definition := properties.get("Definition")) is not None:
        if isinstance(definition, str):
            return definition
        return jsonvalue.dumps(definition)
    for name in _TEXTS:
        value = properties.get(name)
        if isinstance(value, str):
            return value
        if isinstance(value, dict):
            return jsonvalue.dumps(value)
        if value is not None:
            raise stack.error((*path, name), f"{name} must be a string with the definition.")
    location = properties.get("DefinitionS3Location") or properties.get("DefinitionUri")
    if location is not None:
        where = (
            f"s3://{location.get('Bucket')}/{location.get('Key')}" if isinstance(location, dict) else location
        )
        raise stack.error(
            (*path, "DefinitionS3Location"),
            f"The definition of {logical_id} is in S3 ({where}), which sfn does not read. "
            "Name a local file in DefinitionUri.",
        )
    raise stack.error(path, f"{logical_id} has no definition. Add Definition or DefinitionUri.")


def _definition_path(file: Path) -> Path:
    """Returns the path of a definition file, or of the only file that matches it if case is ignored.

    Projects written on a case-insensitive file system, such as that of macOS, may spell a file's name
    in another case.
    """
    if file.exists() or not file.parent.is_dir():
        return file
    same = [other for other in file.parent.iterdir() if other.name.casefold() == file.name.casefold()]
    return same[0] if len(same) == 1 else file


def _definition_of_file(
    stack: Stack, file: Path, values: Mapping[str, str], path: Path_
) -> MachineDefinition:
    file = _definition_path(file)
    try:
        file_text = read_input_text(file, PROJECT_FILE_BYTES).removeprefix("\ufeff")
    except OSError as error:
        raise stack.error(path, f"Cannot read the definition {file}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise stack.error(path, f"Cannot read the definition {file}: it is not UTF-8 text") from None
    # AWS fills in `${Name}` before it parses the file, YAML or JSON: in YAML, `Seconds: ${Seconds}`
    # becomes a number.
    filled = fill_placeholders(file_text, values)
    try:
        text = definition_as_json(filled, file.name)
    except ValueError as error:
        raise UsageError(describe_yaml_error(error, str(file))) from None
    return MachineDefinition(text, file, filled, unfilled_placeholders(text))


def _substitutions(stack: Stack, properties: Mapping[str, Any], path: Path_) -> dict[str, str]:
    declared = properties.get("DefinitionSubstitutions") or {}
    if not isinstance(declared, dict):
        raise stack.error(path, "DefinitionSubstitutions must be an object.")
    values: dict[str, str] = {}
    for name, value in declared.items():
        if isinstance(value, bool):
            values[name] = "true" if value else "false"
        elif isinstance(value, str | int | float):
            values[name] = str(value)
        else:
            raise stack.error(
                (*path, name), f'The substitution "{name}" must be a string, a number or a boolean.'
            )
    return values
