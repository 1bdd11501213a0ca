"""A project as a stack: a template in CloudFormation's form, and the paths of its code.

Every reader (`readers/`) returns a `Stack`. Its template is as AWS documents it, after transforms:
Parameters, Mappings, Conditions, Resources, Outputs, with intrinsic functions in their long form
({"Ref": …}, {"Fn::GetAtt": [name, attribute]}). Readers change four things, so that every file on
this machine has an absolute path:

    AWS::Lambda::Function       Code: {"CodeDir": PATH} (a folder, or a .zip or .jar file)
                                or {"Files": {NAME: TEXT}}, the content of an archive
    AWS::Lambda::LayerVersion   Content: {"CodeDir": PATH}
    Custom::CDKBucketDeployment Sources: [PATH, …] (folders and .zip files)
    AWS::StepFunctions::…       DefinitionUri: PATH (an *.asl.json or *.asl.yaml)

A path that does not exist is an error when the stack is deployed, not when it is read. With
"MayBeMissing": true, the function is then created without its code.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sfn_cli.stacks.readers.resources_json import ResourceCall
    from sfn_cli.stacks.readers.services_json import DevService

STATE_MACHINE = "AWS::StepFunctions::StateMachine"
FUNCTION = "AWS::Lambda::Function"
LAYER = "AWS::Lambda::LayerVersion"

FOLDER_KIND = "folder"
DEFINITION_KIND = "definition"
"""The kinds of stacks in sfn's own form: an sfn folder, and a single definition."""

_NAME_LENGTH = 128

WRITTEN_NAME = "sfn:name"
"""The member of a resource's Metadata with its name in the project, if that is not a valid logical id:
"module.orders.aws_sfn_state_machine.this", or the key of a machine in serverless.yml."""

Path_ = tuple[str | int, ...]
"""The path of a value in a template: ("Resources", "Pay", "Properties", "Handler")."""


class SourcePlace(NamedTuple):
    """A place in a file; lines and columns are counted from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


def valid_stack_name(text: str) -> str:
    """Returns the closest valid stack name: a letter, then letters, digits and hyphens."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")[:_NAME_LENGTH].rstrip("-")
    return name if name[:1].isalpha() else f"stack-{name}".rstrip("-")


def nearest_place(places: Mapping[Path_, SourcePlace], path: Path_, file: Path) -> SourcePlace:
    """Returns the place of a value, or of the nearest value around it; by default the start of `file`."""
    for length in range(len(path), -1, -1):
        if (found := places.get(path[:length])) is not None:
            return found
    return SourcePlace(str(file), 1, 1)


class Stack(NamedTuple):
    """A project that was read. Nothing is resolved or created yet."""

    kind: str
    """The kind of project, for output: "SAM template", "CDK app", "Terraform module", …"""
    name: str
    """The stack's default name: the project's own name, or its folder's name."""
    source: Path
    """The file or folder that was read, as an absolute path."""
    folder: Path
    """The project's folder. Stacks with the same name are the same stack only if their folders match.

    For a single definition it is that file, because a folder may contain several of them.
    """
    template: Mapping[str, Any]
    parameters: Mapping[str, Any]
    """Parameter values from the project (samconfig.toml, …); the user's values override them.

    A value is a text, or a reference to the deployment's region (`parameter_values.REGION`).
    """
    places: Mapping[Path_, SourcePlace]
    """The places of values; a value without an entry is at the nearest value around it."""
    files: tuple[Path, ...]
    """Every file that was read. The stack is up to date while none of them changes."""
    notes: tuple[str, ...] = ()
    """Lines for the user: what was skipped or assumed."""
    calls: tuple[ResourceCall, ...] = ()
    """Calls before each run: the resources.json of an sfn folder."""
    services: tuple[DevService, ...] = ()
    """Programs that serve HTTP during a run: the services.json of an sfn folder."""

    @property
    def is_template(self) -> bool:
        """Whether the project can also be deployed to AWS; an sfn folder cannot."""
        return self.kind not in (FOLDER_KIND, DEFINITION_KIND)

    @property
    def resources(self) -> Mapping[str, Mapping[str, Any]]:
        return self.template.get("Resources") or {}

    def with_service_urls(self, urls: Mapping[str, str]) -> Stack:
        """Returns the stack with `${NAME}` in its definitions replaced by the URL of each service."""
        if not urls:
            return self
        resources = {
            logical_id: _with_substitutions(resource, urls)
            if resource.get("Type") == STATE_MACHINE
            else resource
            for logical_id, resource in self.resources.items()
        }
        return self._replace(template={**self.template, "Resources": resources})

    def place(self, path: Path_) -> SourcePlace:
        """Returns the place of a value, or of the nearest value around it."""
        return nearest_place(self.places, path, self.source)

    def error(self, path: Path_, message: str) -> TemplateError:
        return TemplateError(self.place(path), message)


def _with_substitutions(machine: Mapping[str, Any], values: Mapping[str, str]) -> Mapping[str, Any]:
    properties = machine.get("Properties") or {}
    substitutions = {**values, **(properties.get("DefinitionSubstitutions") or {})}
    return {**machine, "Properties": {**properties, "DefinitionSubstitutions": substitutions}}


class TemplateError(UsageError):
    """A template that cannot be read or resolved: one line with file, line and column."""

    def __init__(self, place: SourcePlace, message: str) -> None:
        super().__init__(f"{place}: {message}")
        self.place = place
        self.message = message
