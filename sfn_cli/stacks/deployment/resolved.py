"""The resolved resources of one stack: types, properties, definitions and fingerprints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.stacks.definitions import with_inline_definition
from sfn_cli.stacks.deployment.builds import BUILT
from sfn_cli.stacks.deployment.published_code import VERSION, published_fingerprint
from sfn_cli.stacks.resources.resource import Extent
from sfn_cli.stacks.resources.table import resource_type, sent_resource_type
from sfn_cli.stacks.stack import FUNCTION, STATE_MACHINE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.asl.resource import Resource
    from sfn_cli.stacks.definitions import MachineDefinition
    from sfn_cli.stacks.deployment.builds import StackBuilds
    from sfn_cli.stacks.evaluation.evaluation import StackEvaluation
    from sfn_cli.stacks.resources.resource import CreatedResource, Properties, ResourceType
    from sfn_cli.stacks.stack import Stack


class ResolvedResources:
    """Resolves the resources of a stack, one after the other."""

    def __init__(
        self, stack: Stack, evaluation: StackEvaluation, builds: StackBuilds, *, is_sent: bool
    ) -> None:
        """`is_sent` is whether the template was sent to CloudFormation."""
        self._row = sent_resource_type if is_sent else resource_type
        self.stack = stack
        self.evaluation = evaluation
        self._builds = builds
        self._properties: dict[str, Properties] = {}
        """The resolved properties of each resource so far."""
        self.definitions: dict[str, MachineDefinition] = {}
        """The definition of each state machine so far."""

    def type(self, logical_id: str) -> str:
        return str(self.stack.resources[logical_id]["Type"])

    def row(self, logical_id: str) -> ResourceType:
        return self._row(self.type(logical_id))

    def properties(
        self, logical_id: str, created: Mapping[str, CreatedResource], *, is_planned: bool = False
    ) -> Properties:
        """Returns the resolved properties.

        A state machine's properties include its definition, and a function's point to its build.
        """
        if self.row(logical_id).extent is not Extent.CREATED:
            properties = self.evaluation.resolvable_properties(logical_id, created)
        else:
            properties = self.evaluation.properties(logical_id, created)
            if self.type(logical_id) == STATE_MACHINE:
                properties, definition = with_inline_definition(self.stack, logical_id, properties)
                if definition is not None:
                    self.definitions[logical_id] = definition
            if self.type(logical_id) in BUILT:
                properties = self._builds.build(logical_id, properties, is_planned=is_planned)
        self._properties[logical_id] = properties
        return properties

    def fingerprint(self, logical_id: str) -> str:
        """Returns the fingerprint of a resource whose properties were resolved."""
        if self.type(logical_id) == VERSION:
            functions = [one for one in self.evaluation.references[logical_id] if self.type(one) == FUNCTION]
            return "".join(published_fingerprint(self._properties[one]) for one in functions)
        row = self.row(logical_id)
        return row.fingerprint(self._properties[logical_id]) if row.fingerprint is not None else ""

    def report_notes(
        self, logical_id: str, report: Callable[[str], None], available: Callable[[Resource], bool] | None
    ) -> None:
        """Reports notes and warnings about a resource that is created or changed."""
        for note in self._builds.notes(logical_id):
            report(note)
        if (definition := self.definitions.get(logical_id)) is not None:
            for line in definition.warnings(logical_id, available):
                report(f"Warning: {line}")

    def policy(self, logical_id: str, name: str) -> str:
        """Returns a resource's DeletionPolicy or UpdateReplacePolicy; "" if there is none."""
        return str(self.stack.resources[logical_id].get(name, ""))
