"""A machine's definition as a deploy would store it, but with readable names.

Nothing is deployed, and no store is needed. A function is named "Bank", not
"payment-Bank-45RY3PZTVBQM", and a parameter without a value is replaced by its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.errors import SfnError
from sfn_cli.stacks.definitions import machine_definition
from sfn_cli.stacks.deployment import names
from sfn_cli.stacks.evaluation.context import Lookups, PseudoParameters
from sfn_cli.stacks.evaluation.evaluation import StackEvaluation
from sfn_cli.stacks.readers.cdk.construct_paths import construct_path
from sfn_cli.stacks.resources.resource import Naming
from sfn_cli.stacks.resources.table import resource_type
from sfn_cli.stacks.stack import TemplateError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.settings import Settings
    from sfn_cli.stacks.resources.resource import CreatedResource
    from sfn_cli.stacks.stack import Stack


class PlainEvaluation:
    """Resolves a stack for a drawing, and leaves out what cannot be resolved where possible."""

    def __init__(self, stack: Stack, given: Mapping[str, str], settings: Settings) -> None:
        """Raises UsageError (TemplateError)."""
        stack = _with_all_parameters(stack, given)
        declared = stack.template.get("Parameters") or {}
        pseudo = PseudoParameters(
            settings.account_id,
            settings.region,
            stack.name,
            names.stack_arn(settings, stack.name, str(stack.folder)),
        )
        self._stack = stack
        self._settings = settings
        self._evaluation = StackEvaluation(
            stack,
            {name: value for name, value in given.items() if name in declared},
            pseudo,
            Lookups(keeps_references=True),
        )

    def has(self, logical_id: str) -> bool:
        """Whether the condition of a resource holds."""
        return logical_id in self._evaluation.references

    def definition(self, logical_id: str) -> str:
        """Returns the text of a state machine's definition. Raises UsageError (TemplateError)."""
        created: dict[str, CreatedResource] = {}
        for resource in self._evaluation.order:
            if resource == logical_id:
                break
            self._predict(resource, created)
        return machine_definition(self._stack, logical_id, self._properties(logical_id, created)).text

    def _predict(self, logical_id: str, created: dict[str, CreatedResource]) -> None:
        """Adds the predicted resource to `created`, unless a part of it is unknown."""
        resource = self._stack.resources[logical_id]
        naming = _PlainNaming(
            self._stack.name,
            _plain_name(logical_id, resource),
            "",
            self._settings.region,
            self._settings.account_id,
        )
        try:
            properties = self._evaluation.resolvable_properties(logical_id, created)
            created[logical_id] = resource_type(resource["Type"]).predict(naming, properties)
        except SfnError:
            return

    def _properties(self, logical_id: str, created: Mapping[str, CreatedResource]) -> dict[str, Any]:
        try:
            return self._evaluation.properties(logical_id, created)
        except TemplateError:
            properties = self._evaluation.resolvable_properties(logical_id, created)
            if any(name.startswith("Definition") for name in properties.keys() - {"DefinitionSubstitutions"}):
                return properties
            raise


def _with_all_parameters(stack: Stack, given: Mapping[str, str]) -> Stack:
    """Returns the stack with the parameters' names in place of unknown values."""
    declared = stack.template.get("Parameters")
    if not isinstance(declared, dict):
        return stack
    parameters = {
        name: parameter
        if name in given or name in stack.parameters or _has_own_value(parameter)
        else {
            "Type": "CommaDelimitedList" if "List" in str(parameter.get("Type")) else "String",
            "Default": name,
        }
        for name, parameter in declared.items()
    }
    return stack._replace(template={**stack.template, "Parameters": parameters})


def _has_own_value(parameter: Any) -> bool:
    """Whether a parameter has a default value that is not the name of an SSM parameter."""
    if not isinstance(parameter, dict):
        return True  # the evaluation reports what is wrong
    return "Default" in parameter and not str(parameter.get("Type")).startswith("AWS::SSM::Parameter")


class _PlainNaming(Naming):
    """Names a resource by its name in the project."""

    __slots__ = ()

    def generated(self, length: int, *, lower: bool = False, with_stack: bool = True) -> str:
        return self.logical_id.lower() if lower else self.logical_id


def _plain_name(logical_id: str, resource: Mapping[str, Any]) -> str:
    """Returns the last part of a construct's path, or the logical id."""
    path = construct_path(resource)
    return logical_id if path is None else path.rpartition("/")[2]
