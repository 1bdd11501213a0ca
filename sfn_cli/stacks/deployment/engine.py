"""Creates, updates and deletes the resources of one stack until they match its template.

A resource's row is written before and after its creation, and `create` is idempotent: the next deploy
completes one that was killed. A deploy that fails rolls back its changes in reverse order.
Resources that are no longer in the template are deleted last, after every step that can fail.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sfn_cli.errors import ConfigurationError
from sfn_cli.stacks.definitions import with_inline_definition
from sfn_cli.stacks.deployment.builds import BUILT
from sfn_cli.stacks.deployment.changes import (
    PENDING,
    Action,
    Change,
    change_reason,
    created_from_row,
    decide_change,
)
from sfn_cli.stacks.deployment.published_code import VERSION, published_fingerprint
from sfn_cli.stacks.deployment.rows import ResourceRows
from sfn_cli.stacks.deployment.tools import ExplainedDeploy, delete_resource
from sfn_cli.stacks.resources.resource import CreatedResource, Extent, ResourceError
from sfn_cli.stacks.resources.table import resource_type
from sfn_cli.stacks.stack import FUNCTION, STATE_MACHINE
from sfn_cli.store.records.stacks import StoredResource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sfn_cli.stacks.definitions import MachineDefinition
    from sfn_cli.stacks.deployment.builds import StackBuilds
    from sfn_cli.stacks.deployment.tools import Tools
    from sfn_cli.stacks.evaluation.evaluation import StackEvaluation, StackOutput
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext, ResourceType
    from sfn_cli.stacks.stack import Stack


class Engine:
    """One deploy of a stack."""

    def __init__(
        self,
        name: str,
        stack: Stack,
        evaluation: StackEvaluation,
        tools: Tools,
        naming: Callable[[str], Naming],
        builds: StackBuilds,
    ) -> None:
        """`naming` returns the names for the resource of a logical id."""
        self._name = name
        self._stack = stack
        self._evaluation = evaluation
        self._tools = tools
        self._naming = naming
        self._builds = builds
        self._server = tools.server()
        self._rows = ResourceRows(tools.stacks, name)
        self.created: dict[str, CreatedResource] = {}
        self._resolved: dict[str, Properties] = {}
        """The resolved properties of each resource so far."""
        self.definitions: dict[str, MachineDefinition] = {}
        """The definition of each state machine so far."""
        self.left_out: dict[str, str] = {}
        self.changes: list[Change] = []
        self._undo: list[Callable[[], None]] = []

    # Planning

    def plan(self) -> list[Change]:
        """Returns what a deploy would do, without changing anything."""
        known = self.created
        changes = []
        for logical_id in self._evaluation.order:
            type = self._type(logical_id)
            row = resource_type(type)
            properties = self._properties(logical_id, known, is_planned=True)
            old = self._rows.stored.get(logical_id)
            action = self._decide(
                logical_id, type, row, properties, self._fingerprint(logical_id, row, properties)
            )
            predicted = row.predict(self._naming(logical_id), properties)
            known[logical_id] = created_from_row(old) if action is Action.KEEP and old else predicted
            reason = change_reason(action, old, row, properties)
            changes.append(Change(action, logical_id, type, known[logical_id].physical_id, reason))
        return changes + [
            Change(
                Action.RETAIN if leaving.is_retained else Action.DELETE,
                leaving.logical_id,
                leaving.type,
                leaving.physical_id,
            )
            for leaving in self._removed()
        ]

    def _decide(
        self, logical_id: str, type: str, row: ResourceType, properties: Properties, fingerprint: str
    ) -> Action:
        if _lives_in_server(row) and self._tools.is_real:
            return Action.LEAVE_OUT
        old = self._rows.stored.get(logical_id)
        server = self._server if _lives_in_server(row) else None
        return decide_change(old, type, row, properties, fingerprint, server=server)

    # Deploying

    def deploy(self) -> list[StackOutput]:
        """Creates and changes the resources, and returns the outputs.

        Raises DeployError or TemplateError after the changes have been rolled back.
        """
        try:
            for logical_id in self._evaluation.order:
                self._deploy_resource(logical_id)
            outputs = self._evaluation.outputs(self.created)
            self._delete_removed()
            return outputs
        except BaseException:
            self._roll_back()
            raise

    def _deploy_resource(self, logical_id: str) -> None:
        type = self._type(logical_id)
        row = resource_type(type)
        properties = self._properties(logical_id, self.created)
        fingerprint = self._fingerprint(logical_id, row, properties)
        if _lives_in_server(row) and self._server is None and not self._tools.is_real:
            self._server = self._tools.start_server()
        action = self._decide(logical_id, type, row, properties, fingerprint)
        old = self._rows.stored.get(logical_id)
        if action is Action.KEEP:
            assert old is not None
            self.created[logical_id] = created_from_row(old)
        else:
            self._report_notes(logical_id)
            with ExplainedDeploy(self._stack, logical_id, type, self.definitions.get(logical_id)):
                self.created[logical_id] = self._apply(action, logical_id, row, properties, fingerprint, old)
        reason = change_reason(action, old, row, properties)
        self.changes.append(Change(action, logical_id, type, self.created[logical_id].physical_id, reason))

    def _report_notes(self, logical_id: str) -> None:
        """Reports notes and warnings about a resource that is created or changed."""
        for note in self._builds.notes(logical_id):
            self._tools.report(note)
        if (definition := self.definitions.get(logical_id)) is not None:
            for line in definition.warnings(logical_id, self._tools.is_available):
                self._tools.report(f"Warning: {line}")

    def _apply(
        self,
        action: Action,
        logical_id: str,
        row: ResourceType,
        properties: Properties,
        fingerprint: str,
        old: StoredResource | None,
    ) -> CreatedResource:
        naming = self._naming(logical_id)
        predicted = row.predict(naming, properties)
        if action is Action.LEAVE_OUT:
            self.left_out[logical_id] = self._type(logical_id)
            return predicted
        context = self._tools.context(naming)
        if action is Action.UPDATE:
            assert old is not None
            return self._update(context, row, old, properties, fingerprint)
        if action is Action.REPLACE:
            assert old is not None
            if old.physical_id == predicted.physical_id:  # the template's name, or the generated one
                self._replace_in_place(old, logical_id)
        resource = self._resource(logical_id, row, properties, fingerprint, predicted, f"CREATE{PENDING}")
        if row.extent is Extent.CREATED:
            self._rows.save(resource)
        try:
            created = row.create(context, properties)
        except ResourceError:
            if old is None or old.physical_id != resource.physical_id:
                self._rows.forget(logical_id, resource.physical_id)
            raise
        saved = self._resource(logical_id, row, properties, fingerprint, created, "CREATE_COMPLETE")
        self._rows.save(saved, instead_of=resource)
        if action in (Action.CREATE, Action.REPLACE) and not created.existed:
            self._undo.append(lambda: self._delete(saved))
        if old is not None and old.physical_id != created.physical_id:
            self._rows.surplus.append(old)
        return created

    def _update(
        self,
        context: ProvisioningContext,
        row: ResourceType,
        old: StoredResource,
        properties: Properties,
        fingerprint: str,
    ) -> CreatedResource:
        if row.update is None:  # a deploy was killed while it created it
            created = row.create(context, properties)
        else:
            self._rows.save(old._replace(status=f"UPDATE{PENDING}"))
            self._undo.append(
                lambda: self._revert_update(context, row, created_from_row(old), properties, old)
            )
            created = row.update(context, created_from_row(old), old.properties, properties)
            if created.physical_id != old.physical_id:
                self._undo.append(lambda: self._rows.forget(old.logical_id, created.physical_id))
        updated = self._resource(
            old.logical_id, row, properties, fingerprint, created, "UPDATE_COMPLETE", old.position
        )
        self._rows.save(updated, instead_of=old)
        return created

    def _revert_update(
        self,
        context: ProvisioningContext,
        row: ResourceType,
        created: CreatedResource,
        properties: Properties,
        old: StoredResource,
    ) -> None:
        assert row.update is not None
        row.update(context, created, properties, old.properties)
        self._rows.save(old._replace(status="UPDATE_COMPLETE"))

    def _replace_in_place(self, old: StoredResource, logical_id: str) -> None:
        """Deletes a resource before its replacement with the same name is created."""
        self._delete(old)

        def recreate() -> None:
            row = resource_type(old.type)
            created = row.create(self._tools.context(self._naming(logical_id)), old.properties)
            self._rows.save(
                old._replace(
                    physical_id=created.physical_id,
                    ref=created.reference,
                    attributes=dict(created.attributes),
                    status="CREATE_COMPLETE",
                )
            )

        self._undo.append(recreate)

    def _roll_back(self) -> None:
        """Rolls back this deploy's changes; where that fails, the next deploy completes it."""
        for undo in reversed(self._undo):
            with suppress(ResourceError, ConfigurationError):
                undo()

    # Deleting

    def _removed(self) -> Iterator[StoredResource]:
        """Yields stored resources that are no longer in the template, latest first."""
        return (one for one in self._rows.unwanted(self._wanted()) if not self._is_in_stack(one))

    def _wanted(self) -> set[str]:
        return set(self._evaluation.order) - self.left_out.keys()

    def _is_in_stack(self, resource: StoredResource) -> bool:
        return any(
            (created.physical_id, self._type(logical_id)) == (resource.physical_id, resource.type)
            for logical_id, created in self.created.items()
        )

    def _delete_removed(self) -> None:
        for resource in self._rows.unwanted(self._wanted()):
            if self._is_in_stack(resource):
                if resource.logical_id not in self.created:
                    self._rows.forget(resource.logical_id, resource.physical_id)
                continue
            action = Action.RETAIN if resource.is_retained else Action.DELETE
            try:
                if resource.is_retained:
                    self._rows.forget(resource.logical_id, resource.physical_id)
                else:
                    self._delete(resource)
            except ResourceError as error:  # the next deploy retries
                self._tools.report(f"{resource.logical_id} ({resource.type}) could not be deleted: {error}")
                continue
            self.changes.append(Change(action, resource.logical_id, resource.type, resource.physical_id))

    def _delete(self, resource: StoredResource) -> None:
        delete_resource(self._tools, self._name, self._naming(resource.logical_id), resource, self._server)

    # Rows

    def _properties(
        self, logical_id: str, created: Mapping[str, CreatedResource], *, is_planned: bool = False
    ) -> Properties:
        """Returns the resolved properties.

        A state machine's properties include its definition, and a function's point to its build.
        """
        if resource_type(self._type(logical_id)).extent is not Extent.CREATED:
            return self._evaluation.resolvable_properties(logical_id, created)
        properties = self._evaluation.properties(logical_id, created)
        if self._type(logical_id) == STATE_MACHINE:
            properties, definition = with_inline_definition(self._stack, logical_id, properties)
            if definition is not None:
                self.definitions[logical_id] = definition
        if self._type(logical_id) in BUILT:
            properties = self._builds.build(logical_id, properties, is_planned=is_planned)
        return properties

    def _fingerprint(self, logical_id: str, row: ResourceType, properties: Properties) -> str:
        self._resolved[logical_id] = properties
        if self._type(logical_id) == VERSION:
            functions = [
                one for one in self._evaluation.references[logical_id] if self._type(one) == FUNCTION
            ]
            return "".join(published_fingerprint(self._resolved[one]) for one in functions)
        return row.fingerprint(properties) if row.fingerprint is not None else ""

    def _type(self, logical_id: str) -> str:
        return str(self._stack.resources[logical_id]["Type"])

    def _resource(
        self,
        logical_id: str,
        row: ResourceType,
        properties: Properties,
        fingerprint: str,
        created: CreatedResource,
        status: str,
        position: int | None = None,
    ) -> StoredResource:
        return StoredResource(
            self._rows.next_position() if position is None else position,
            logical_id,
            self._type(logical_id),
            created.physical_id,
            status,
            properties,
            created.reference,
            dict(created.attributes),
            self._server if _lives_in_server(row) else None,
            fingerprint,
            str(self._stack.resources[logical_id].get("DeletionPolicy", "")).startswith("Retain"),
        )


def _lives_in_server(row: ResourceType) -> bool:
    return row.extent is Extent.CREATED and not row.is_local
