"""Evaluates a stack for given parameter values: its resources, their properties, its outputs."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.stacks.evaluation.context import Lookups, PseudoParameters
from sfn_cli.stacks.evaluation.dynamic_references import resolve_dynamic_references
from sfn_cli.stacks.evaluation.intrinsics import FUNCTIONS
from sfn_cli.stacks.evaluation.parameter_values import (
    is_hidden_parameter,
    parameter_values,
    with_region_parameters,
)
from sfn_cli.stacks.evaluation.references import reference_order, resource_references
from sfn_cli.stacks.evaluation.resolution import NO_VALUE, Resolution
from sfn_cli.stacks.evaluation.suggestions import suggested_name
from sfn_cli.stacks.evaluation.template_form import check_template_form
from sfn_cli.stacks.stack import TemplateError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.jsonvalue import Json
    from sfn_cli.stacks.resources.resource import CreatedResource, Properties
    from sfn_cli.stacks.stack import Path_, Stack


class StackOutput(NamedTuple):
    """An output of a stack, which other stacks can import if it is exported."""

    name: str
    value: Json
    export: str | None = None
    description: str = ""


class StackEvaluation:
    """Resolves a stack's template for given values.

    The constructor checks the parameters and the template's form, and raises UsageError or
    TemplateError. Everything else is evaluated, and can fail, when it is first used.
    """

    def __init__(
        self,
        stack: Stack,
        given: Mapping[str, str],
        pseudo: PseudoParameters,
        lookups: Lookups | None = None,
    ) -> None:
        self.stack = stack
        self._lookups = lookups or Lookups()
        check_template_form(stack.template, stack.error)
        given = with_region_parameters(stack, given, pseudo.region)
        self.parameters = parameter_values(stack, given, self._lookups)
        """The value of each parameter, as Ref returns it."""
        self._values = {**self.parameters, **pseudo.values()}
        self._conditions: dict[str, bool | None] = {}
        """The value of each condition so far; None while it is being computed."""

    def condition(self, name: Any, path: Path_ = ()) -> bool:
        """Whether a condition of the template is true. Raises TemplateError."""
        declared = self.stack.template.get("Conditions") or {}
        if not isinstance(name, str) or name not in declared:
            raise self.stack.error(
                path, f'There is no condition "{name}".{suggested_name(str(name), declared)}'
            )
        own_path: Path_ = ("Conditions", name)
        if name in self._conditions:
            value = self._conditions[name]
            if value is None:
                raise self.stack.error(own_path, f'The condition "{name}" depends on itself.')
            return value
        self._conditions[name] = None
        try:
            value = self._resolution({}, in_condition=True).boolean(declared[name], own_path)
        except BaseException:
            del self._conditions[name]
            raise
        self._conditions[name] = value
        return value

    @property
    def hidden_parameters(self) -> dict[str, str]:
        """The values, as text, of the parameters with NoEcho that have one."""
        declared = self.stack.template.get("Parameters") or {}
        values = {name: self.parameters[name] for name in declared if is_hidden_parameter(declared[name])}
        return {name: str(value) for name, value in values.items() if value}

    @cached_property
    def references(self) -> Mapping[str, tuple[str, ...]]:
        """The resources whose condition is true, each with the resources that it refers to."""
        existing = [
            logical_id
            for logical_id, resource in self.stack.resources.items()
            if "Condition" not in resource
            or self.condition(resource["Condition"], ("Resources", logical_id, "Condition"))
        ]
        names = set(existing)
        return {
            logical_id: tuple(
                name for name in resource_references(self.stack, logical_id, self.condition) if name in names
            )
            for logical_id in existing
        }

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The resources whose condition is true, each after the resources that it refers to."""
        return reference_order(self.stack, self.references)

    def properties(self, logical_id: str, created: Mapping[str, CreatedResource]) -> Properties:
        """Returns the Properties of a resource. Raises TemplateError if a value cannot be resolved."""
        path: Path_ = ("Resources", logical_id, "Properties")
        declared = self.stack.resources[logical_id].get("Properties")
        value = self._resolved({} if declared is None else declared, path, created)
        if not isinstance(value, dict):
            raise self.stack.error(path, f'The Properties of "{logical_id}" must be an object.')
        return value

    def resolvable_properties(self, logical_id: str, created: Mapping[str, CreatedResource]) -> Properties:
        """Returns the Properties of a resource that can be resolved, and leaves out the others.

        For resources that are only listed or named: an error in a role's policy must not prevent a
        local run.
        """
        declared = self.stack.resources[logical_id].get("Properties")
        properties: Properties = {}
        for name, value in declared.items() if isinstance(declared, dict) else ():
            with suppress(TemplateError):
                resolved = self._resolved(value, ("Resources", logical_id, "Properties", name), created)
                if resolved is not NO_VALUE:
                    properties[name] = resolved
        return properties

    def resolve(self, value: Any, path: Path_, created: Mapping[str, CreatedResource]) -> Json:
        """Returns a resolved value of the template; None for AWS::NoValue."""
        resolved = self._resolved(value, path, created)
        return None if resolved is NO_VALUE else resolved

    @property
    def output_names(self) -> tuple[str, ...]:
        """The outputs whose condition is true."""
        return tuple(
            name
            for name, output in (self.stack.template.get("Outputs") or {}).items()
            if not isinstance(output, dict)
            or "Condition" not in output
            or self.condition(output["Condition"], ("Outputs", name, "Condition"))
        )

    def output(self, name: str, created: Mapping[str, CreatedResource]) -> StackOutput:
        """Returns an output. Raises TemplateError if it cannot be resolved."""
        output = self.stack.template["Outputs"][name]
        path: Path_ = ("Outputs", name)
        if not isinstance(output, dict) or "Value" not in output:
            raise self.stack.error(path, f'The output "{name}" must be an object with a Value.')
        export = output.get("Export")
        if export is not None and not (isinstance(export, dict) and "Name" in export):
            raise self.stack.error((*path, "Export"), f'The Export of the output "{name}" must have a Name.')
        return StackOutput(
            name,
            self.resolve(output["Value"], (*path, "Value"), created),
            None if export is None else self.resolve(export["Name"], (*path, "Export", "Name"), created),
            str(output.get("Description") or ""),
        )

    def outputs(self, created: Mapping[str, CreatedResource]) -> list[StackOutput]:
        """Returns every output whose condition is true. Raises TemplateError."""
        return [self.output(name, created) for name in self.output_names]

    def _resolved(self, value: Any, path: Path_, created: Mapping[str, CreatedResource]) -> Json:
        resolved = self._resolution(created).value(value, path)
        return _with_local_texts(
            resolve_dynamic_references(self.stack, self._lookups, resolved, path), self._lookups.local_text
        )

    def _resolution(
        self, created: Mapping[str, CreatedResource], *, in_condition: bool = False
    ) -> Resolution:
        return Resolution(
            self.stack,
            self._values,
            self._lookups,
            FUNCTIONS,
            self.condition,
            created,
            in_condition=in_condition,
        )


def _with_local_texts(value: Json, local_text: Callable[[str], str]) -> Json:
    if isinstance(value, str):
        return local_text(value)
    if isinstance(value, list):
        return [_with_local_texts(item, local_text) for item in value]
    if isinstance(value, dict):
        return {name: _with_local_texts(item, local_text) for name, item in value.items()}
    return value
