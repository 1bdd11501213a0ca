"""Reads serverless.yml: the resources that the framework and its Step Functions plugin would deploy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.readers.project_files import ProjectKind
from sfn_cli.stacks.readers.serverless.api_events import api_event_resources
from sfn_cli.stacks.readers.serverless.events import event_resources
from sfn_cli.stacks.readers.serverless.functions import function_resource, layer_resource
from sfn_cli.stacks.readers.serverless.implied_resources import implied_resources
from sfn_cli.stacks.readers.serverless.machines import (
    activity_resources,
    machine_resource,
    machine_role,
    with_function_ids,
)
from sfn_cli.stacks.readers.serverless.naming import (
    ROLE_LOGICAL_ID,
    function_logical_id,
    layer_logical_id,
    machine_logical_id,
    normalized_name,
    object_or_empty,
)
from sfn_cli.stacks.readers.serverless.variables import ServerlessContext, Variables
from sfn_cli.stacks.stack import WRITTEN_NAME, Path_, SourcePlace, Stack, valid_stack_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.stacks.readers.template_file import TemplateFile

_SECTIONS = ("Parameters", "Mappings", "Conditions", "Outputs")


def serverless_service_stack(file: TemplateFile, context: ServerlessContext) -> Stack:
    """Returns the stack of a serverless.yml file. Raises TemplateError."""
    if not isinstance(file.value, dict):
        raise file.error((), "A service must be an object.")
    service = _Service(file, Variables(file, context))
    service.add_resources()
    return Stack(
        kind=ProjectKind.SERVERLESS.value,
        name=valid_stack_name(service.prefix),
        source=file.path,
        folder=file.path.parent,
        template=service.template,
        parameters={},
        places=service.places,
        files=tuple(service.variables.files),
        notes=(*file.notes, *service.notes),
    )


class _Service:
    """Builds the template of a service."""

    def __init__(self, file: TemplateFile, variables: Variables) -> None:
        self.variables = variables
        self._file = file
        self._folder = file.path.parent
        provider = variables.get("provider")
        self._provider: Mapping[str, Any] = provider if isinstance(provider, dict) else {}
        name = variables.get("service")
        name = name.get("name") if isinstance(name, dict) else name
        name = name or self._folder.name
        self.prefix = f"{name}-{variables.stage}"
        self._api_name = f"{variables.stage}-{name}"
        self._stage = variables.stage
        self.notes: list[str] = []
        self.places: dict[Path_, SourcePlace] = {}
        self._resources: dict[str, Any] = {}
        self.template: dict[str, Any] = {"Resources": self._resources, **{name: {} for name in _SECTIONS}}
        self._functions = self._merged(variables.get("functions"), ("functions",))

    def add_resources(self) -> None:
        package = self.variables.get("package")
        for key, layer in self._merged(self.variables.get("layers"), ("layers",)).items():
            self._add(layer_logical_id(key), layer_resource(self._folder, key, layer), ("layers", key))
        for key, function in self._functions.items():
            resource = function_resource(self._folder, self.prefix, key, function, self._provider, package)
            logical_id = function_logical_id(key)
            self._add(logical_id, resource, ("functions", key))
            target = {"Fn::GetAtt": [logical_id, "Arn"]}
            self._add_events(key, function.get("events"), target, target, ("functions", key))
        if self._functions:
            self._add(ROLE_LOGICAL_ID, {"Type": "AWS::IAM::Role", "Properties": {}}, ("provider",))
        self._add_machines()
        self._add_own_resources(self.variables.get("resources"))
        for name in self.variables.option_names:
            # Their values are already in the template. Declaring the names lets the user pass them.
            self.template["Parameters"].setdefault(name, {"Type": "String", "Default": ""})

    def _add_machines(self) -> None:
        settings = self.variables.get("stepFunctions")
        settings = settings if isinstance(settings, dict) else {}
        path = ("stepFunctions", "stateMachines")
        machines = self._merged(settings.get("stateMachines"), path)
        for key, machine in machines.items():
            logical_id = machine_logical_id(key, machine)
            resource = machine_resource(machine, self._functions)
            self._add(logical_id, {**resource, "Metadata": {WRITTEN_NAME: key}}, (*path, key))
            self._add_events(key, machine.get("events"), {"Ref": logical_id}, None, (*path, key))
        if any("role" not in machine for machine in machines.values()):
            self._resources.update(machine_role())
        for logical_id, resource in activity_resources(settings.get("activities")).items():
            self._add(logical_id, resource, ("stepFunctions", "activities"))

    def _add_events(
        self,
        key: str,
        events: Any,
        target: Mapping[str, Any],
        function: Mapping[str, Any] | None,
        path: Path_,
    ) -> None:
        for logical_id, resource in implied_resources(self._api_name, events):
            self._add(logical_id, resource, path)
        for logical_id, resource in api_event_resources(
            events, normalized_name(key), target, self._stage, is_function=function is not None
        ):
            self._add(logical_id, with_function_ids(resource, self._functions), path)
        for logical_id, resource in event_resources(key, events, target, function, self.notes):
            self._add(logical_id, with_function_ids(resource, self._functions), path)

    def _add_own_resources(self, given: Any) -> None:
        """Adds `resources`, which is one template or a list of them."""
        for part in given if isinstance(given, list) else [given]:
            if not isinstance(part, dict):
                continue
            for logical_id, resource in object_or_empty(part.get("Resources")).items():
                own = self._resources.get(logical_id)
                self._resources[logical_id] = _with_overrides(own, resource) if own else resource
            for section in _SECTIONS:
                self.template[section].update(object_or_empty(part.get(section)))
        for path, place in self._file.places.items():
            if path[:1] == ("resources",) and len(path) > 2:
                self.places.setdefault(path[1:], place)

    def _add(self, logical_id: str, resource: dict[str, Any], path: Path_) -> None:
        self._resources[logical_id] = resource
        self.places["Resources", logical_id] = self._file.error(path, "").place

    def _merged(self, given: Any, path: Path_) -> dict[str, Any]:
        """Returns a section, which is an object or a list of objects, as one object. Raises TemplateError."""
        parts = given if isinstance(given, list) else [given or {}]
        merged: dict[str, Any] = {}
        for part in parts:
            if not isinstance(part, dict):
                raise self._file.error(path, f'"{path[-1]}" must be an object')
            merged |= part
        for key, value in merged.items():
            if not isinstance(value, dict):
                raise self._file.error((*path, key), f'"{key}" must be an object')
        return merged


def _with_overrides(own: Any, given: Any) -> Any:
    """Returns a resource of the framework with the overrides in `resources`."""
    if isinstance(own, dict) and isinstance(given, dict):
        return {**own, **{key: _with_overrides(own.get(key), value) for key, value in given.items()}}
    return given
