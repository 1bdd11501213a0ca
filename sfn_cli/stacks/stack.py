"""A project as a stack: a template in CloudFormation's form, and where its code lies.

Every reader (`readers/`) returns a `Stack`. Its template is what AWS documents, after transforms:
Parameters, Mappings, Conditions, Resources, Outputs, with intrinsic functions in their long form
({"Ref": …}, {"Fn::GetAtt": [name, attribute]}). Readers change three things, so that everything
that lies on this machine is named by an absolute path:

    AWS::Lambda::Function       Code: {"CodeDir": PATH} (a folder, or a .zip or .jar file)
                                or {"Files": {NAME: TEXT}}, what an archive is made of
    AWS::Lambda::LayerVersion   Content: {"CodeDir": PATH}
    AWS::StepFunctions::…       DefinitionUri: PATH (an *.asl.json or *.asl.yaml)

A path need not exist: that is an error when the stack is deployed, not when it is read.
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
"""The kinds of stacks that sfn's own form has: a folder, and a definition on its own."""

_NAME_LENGTH = 128

WRITTEN_NAME = "sfn:name"
"""The member of a resource's Metadata with what its project calls it, where that is no logical id:
"module.orders.aws_sfn_state_machine.this", or the key of a machine in serverless.yml."""

Path_ = tuple[str | int, ...]
"""The path of a value in a template: ("Resources", "Pay", "Properties", "Handler")."""


class SourcePlace(NamedTuple):
    """A place in a file; line and column are counted from one."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


def valid_stack_name(text: str) -> str:
    """Returns the nearest name that a stack may have: letters, digits and hyphens, a letter first."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")[:_NAME_LENGTH].rstrip("-")
    return name if name[:1].isalpha() else f"stack-{name}".rstrip("-")


def nearest_place(places: Mapping[Path_, SourcePlace], path: Path_, file: Path) -> SourcePlace:
    """Returns where a value is written, or the nearest value around it: the beginning of `file`."""
    for length in range(len(path), -1, -1):
        if (found := places.get(path[:length])) is not None:
            return found
    return SourcePlace(str(file), 1, 1)


class Stack(NamedTuple):
    """A project that was read; nothing of it is resolved or made yet."""

    kind: str
    """What was read, for people: "SAM template", "CDK app", "Terraform module", …"""
    name: str
    """The stack's name if the user gives none: what the project calls itself, or its folder's name."""
    source: Path
    """The file or folder that was read, as an absolute path."""
    folder: Path
    """The project's folder: two stacks of one name are the same only if they have the same folder.

    For a definition on its own, it is that file: a folder may hold several of them.
    """
    template: Mapping[str, Any]
    parameters: Mapping[str, str]
    """Values of parameters that the project supplies (samconfig.toml, …); the user's own win."""
    places: Mapping[Path_, SourcePlace]
    """Where values are written; a value that is not here is at the nearest one around it."""
    files: tuple[Path, ...]
    """Every file that was read: while none has changed, the stack is the same."""
    notes: tuple[str, ...] = ()
    """Lines for the user: what was skipped or assumed."""
    calls: tuple[ResourceCall, ...] = ()
    """Calls that are made before each run: a folder's resources.json."""
    services: tuple[DevService, ...] = ()
    """Programs that serve HTTP during a run: a folder's services.json."""

    @property
    def is_template(self) -> bool:
        """Whether it was read from what is deployed to AWS too, not from sfn's own form."""
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
        """Returns where a value is written, or the nearest value around it."""
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
