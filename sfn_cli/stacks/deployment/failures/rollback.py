"""Rolls back a stack's operation, from the steps in the store: in the process that failed, or later.

Rule 1: a step is stored before its change is made, and forgotten after it was rolled back. So a
rollback that is killed continues where it was.
Rule 2: first everything is changed back, from the last change to the first. Then the resources that
the operation has created are deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.errors import ConfigurationError
from sfn_cli.stacks.deployment.changes import PENDING, Action, created_from_row
from sfn_cli.stacks.deployment.provisioning import ADOPT, CREATE_RETAINED
from sfn_cli.stacks.deployment.tools import delete_resource, keep_resource, lives_in_server
from sfn_cli.stacks.resources.resource import ResourceError
from sfn_cli.stacks.resources.table import sent_resource_type

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sfn_cli.stacks.deployment.records.journal import StackJournal
    from sfn_cli.stacks.deployment.tools import Tools
    from sfn_cli.stacks.resources.resource import Naming
    from sfn_cli.store.records.stacks import StackStep, StoredResource

_FAILURES = (ResourceError, ConfigurationError)


class Rollback:
    """The rollback of one stack's operation."""

    def __init__(
        self,
        journal: StackJournal,
        tools: Tools,
        naming: Callable[[str, int], Naming],
        skipped: Collection[str] = (),
    ) -> None:
        """`skipped` are the logical ids of resources that are not changed back."""
        self._journal = journal
        self._tools = tools
        self._naming = naming
        self._skipped = skipped
        self._server = tools.server()
        steps = journal.operations.steps(journal.arn)
        self._adopted = {(step.logical_id, step.physical_id) for step in steps if step.action == ADOPT}
        self._steps = {step.id: step for step in reversed(steps) if step.action != ADOPT}
        """The steps that are not rolled back yet, latest first."""

    def change_back(self) -> list[str]:
        """Changes resources back to what they were. Returns the logical ids of those that failed."""
        failed = []
        for step in list(self._steps.values()):
            before = step.before
            if before is None:
                continue
            if step.logical_id in self._skipped:
                self._journal.save_resource(before._replace(status="UPDATE_COMPLETE"))
                self._forget(step)
                continue
            try:
                self._change_back(step, before)
            except _FAILURES as error:
                event = self._journal.event(before, "UPDATE_FAILED", str(error))
                self._journal.save_resource(before._replace(status="UPDATE_FAILED"), event)
                failed.append(step.logical_id)
                del self._steps[step.id]
        return failed

    def delete_new(self) -> list[str]:
        """Deletes what the operation has created. Returns the logical ids of resources that failed.

        All changes must have been changed back.
        """
        failed = []
        for step in list(self._steps.values()):
            try:
                for resource in self._new_resources(step):
                    self._delete_new(step, resource)
            except _FAILURES:
                failed.append(step.logical_id)
            else:
                self._forget(step)
        return failed

    def _change_back(self, step: StackStep, before: StoredResource) -> None:
        begun = self._journal.event(before, f"UPDATE{PENDING}")
        done = self._journal.event(before, "UPDATE_COMPLETE")
        restored = before._replace(status="UPDATE_COMPLETE")
        row = sent_resource_type(before.type)
        is_in_server = lives_in_server(row)
        # The services have lost it; they create it again, as its row says, when they start.
        is_lost = is_in_server and self._server is None
        if is_in_server and not is_lost:
            restored = restored._replace(server=self._server)
        if step.action == Action.UPDATE.name:
            if row.update_may_replace and self._new_resources(step):
                self._journal.save_resource(restored, begun, done)
                return  # what has replaced it is deleted later
            if row.update is not None and not is_lost:
                self._journal.save_resource(before._replace(status=f"UPDATE{PENDING}"), begun)
                context = self._tools.context(self._naming(before.logical_id, before.generation))
                row.update(context, created_from_row(before), step.properties or {}, before.properties)
            self._journal.save_resource(restored, done)
            for resource in self._new_resources(step):
                self._journal.forget_resource(resource.logical_id, resource.physical_id)
            self._forget(step)
        elif step.physical_id == before.physical_id:
            # The resource was deleted before its replacement was created.
            if not is_lost:
                self._delete_replacement(before)
                context = self._tools.context(self._naming(before.logical_id, before.generation))
                created = row.create(context, before.properties)
                restored = restored._replace(
                    physical_id=created.physical_id,
                    ref=created.reference,
                    attributes=dict(created.attributes),
                    status="CREATE_COMPLETE",
                )
            self._journal.save_resource(restored, begun, done)
            self._forget(step)
        else:
            self._journal.save_resource(restored, begun, done)

    def _delete_replacement(self, before: StoredResource) -> None:
        """Deletes the resource that has replaced another one under the same name."""
        for resource in self._journal.stacks.resources(self._journal.name):
            is_replacement = resource.logical_id == before.logical_id and (
                resource.physical_id == before.physical_id
            )
            if is_replacement and resource.status == "CREATE_COMPLETE":
                naming = self._naming(resource.logical_id, resource.generation)
                delete_resource(self._tools, self._journal, naming, resource, self._server, is_silent=True)

    def _delete_new(self, step: StackStep, resource: StoredResource) -> None:
        if step.action == CREATE_RETAINED and resource.status != "CREATE_FAILED":
            keep_resource(self._journal, resource)
        elif (step.logical_id, resource.physical_id) in self._adopted:
            self._journal.forget_resource(resource.logical_id, resource.physical_id)
        else:
            naming = self._naming(resource.logical_id, resource.generation)
            delete_resource(self._tools, self._journal, naming, resource, self._server)

    def _new_resources(self, step: StackStep) -> list[StoredResource]:
        """Returns the stored resources of a step's logical id, without the one before it; latest first."""
        old = None if step.before is None else step.before.physical_id
        return [
            resource
            for resource in reversed(self._journal.stacks.resources(self._journal.name))
            if resource.logical_id == step.logical_id and resource.physical_id != old
        ]

    def _forget(self, step: StackStep) -> None:
        self._journal.operations.forget_step(step.id)
        del self._steps[step.id]
