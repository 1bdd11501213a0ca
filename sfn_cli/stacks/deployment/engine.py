"""Creates, updates and deletes the resources of one stack until they match its template.

Resources that are no longer in the template are deleted last, after every step that can fail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.errors import ConfigurationError, SfnError
from sfn_cli.stacks.deployment.changes import (
    Action,
    Change,
    change_reason,
    created_from_row,
    decide_change,
)
from sfn_cli.stacks.deployment.property_changes import property_changes
from sfn_cli.stacks.deployment.provisioning import Provisioner, Wanted
from sfn_cli.stacks.deployment.records.rows import ResourceRows
from sfn_cli.stacks.deployment.tools import (
    DeployError,
    ExplainedDeploy,
    delete_resource,
    keep_resource,
    lives_in_server,
)
from sfn_cli.stacks.resources.resource import ResourceError
from sfn_cli.stacks.stack import TemplateError

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from sfn_cli.stacks.deployment.records.journal import StackJournal
    from sfn_cli.stacks.deployment.resolved import ResolvedResources
    from sfn_cli.stacks.deployment.tools import Tools
    from sfn_cli.stacks.evaluation.evaluation import StackOutput
    from sfn_cli.stacks.resources.resource import CreatedResource, Naming, Properties
    from sfn_cli.store.records.stacks import StoredResource

INTERRUPTED = "The deploy was interrupted."


class CancelledError(SfnError):
    """The operation was cancelled (CancelUpdateStack)."""


class Engine:
    """One deploy of a stack."""

    def __init__(
        self,
        journal: StackJournal,
        resolved: ResolvedResources,
        tools: Tools,
        naming: Callable[[str, int], Naming],
        left_out_before: Container[str] = (),
        *,
        is_strict: bool,
    ) -> None:
        """`naming` returns the names of a logical id's resource, from how often it was replaced.

        With `is_strict`, the deploy behaves as CloudFormation: it can be cancelled, and replaces
        resources under another name.
        """
        self._journal = journal
        self._resolved = resolved
        self._evaluation = resolved.evaluation
        self._tools = tools
        self._naming = naming
        self._left_out_before = left_out_before
        self._is_strict = is_strict
        self._rows = ResourceRows(journal)
        self._provisioner = Provisioner(journal, self._rows, tools, naming, is_strict=is_strict)
        self.created: dict[str, CreatedResource] = {}
        self.left_out: dict[str, str] = {}
        self.changes: list[Change] = []
        self.failed: Wanted | None = None
        """The resource that could not be created or changed."""

    # Planning

    def plan(self, changed_parameters: Container[str] = ()) -> list[Change]:
        """Returns what a deploy would do, without changing anything."""
        known = self.created
        changes: list[Change] = []
        for logical_id in self._evaluation.order:
            wanted = self._wanted(logical_id, is_planned=True)
            action = self._decide(wanted)
            old = wanted.old
            known[logical_id] = self._predicted(action, wanted)
            reason = change_reason(action, old, wanted.row, wanted.properties)
            change = Change(action, logical_id, wanted.type, known[logical_id].physical_id, reason)
            if action in (Action.UPDATE, Action.REPLACE) and old is not None:
                details = property_changes(self._resolved.stack, wanted, changed_parameters, changes)
                change = change._replace(details=details)
            changes.append(change)
        return changes + [
            Change(
                Action.RETAIN if leaving.is_retained else Action.DELETE,
                leaving.logical_id,
                leaving.type,
                leaving.physical_id,
            )
            for leaving in self._removed()
        ]

    def _predicted(self, action: Action, wanted: Wanted) -> CreatedResource:
        """Returns the names and attributes that a resource would have."""
        is_renamed = self._is_strict and action is Action.REPLACE
        naming = self._naming(wanted.logical_id, wanted.generation + is_renamed)
        predicted = wanted.row.predict(naming, wanted.properties)
        if wanted.old is None:
            return predicted
        if action is Action.KEEP or (
            action is Action.UPDATE and predicted.physical_id != wanted.old.physical_id
        ):
            return created_from_row(wanted.old)
        return predicted

    def _wanted(self, logical_id: str, *, is_planned: bool = False) -> Wanted:
        properties = self._resolved.properties(logical_id, self.created, is_planned=is_planned)
        return self._wanted_with(logical_id, properties, self._resolved.fingerprint(logical_id))

    def _wanted_with(self, logical_id: str, properties: Properties, fingerprint: str) -> Wanted:
        return Wanted(
            logical_id,
            self._resolved.type(logical_id),
            self._resolved.row(logical_id),
            properties,
            fingerprint,
            self._rows.stored.get(logical_id),
            self._resolved.policy(logical_id, "DeletionPolicy"),
            self._resolved.policy(logical_id, "UpdateReplacePolicy"),
        )

    def _decide(self, wanted: Wanted) -> Action:
        is_in_server = lives_in_server(wanted.row)
        if is_in_server and self._tools.is_real:
            return Action.LEAVE_OUT
        return decide_change(
            wanted.old,
            wanted.type,
            wanted.row,
            wanted.properties,
            wanted.fingerprint,
            server=self._provisioner.server if is_in_server else None,
        )

    # Deploying

    def deploy(self) -> list[StackOutput]:
        """Creates and changes the resources, and returns the outputs.

        Raises DeployError or TemplateError; the caller rolls back.
        """
        for logical_id in self._evaluation.order:
            self._check_cancelled()
            try:
                self._deploy_resource(logical_id)
            except BaseException as error:
                self._record_failure(logical_id, error)
                raise
        return self._evaluation.outputs(self.created)

    def _check_cancelled(self) -> None:
        if not self._is_strict:
            return
        operation = self._journal.operations.find(self._journal.arn)
        if operation is not None and operation.is_cancelled:
            raise CancelledError("User Initiated")

    def _deploy_resource(self, logical_id: str) -> None:
        wanted = self._wanted(logical_id)
        if lives_in_server(wanted.row) and self._provisioner.server is None and not self._tools.is_real:
            self._provisioner.server = self._tools.start_server()
        action = self._decide(wanted)
        old = wanted.old
        if action is Action.KEEP:
            assert old is not None
            self.created[logical_id] = created_from_row(old)
        elif action is Action.LEAVE_OUT:
            self._leave_out(wanted)
        else:
            self._resolved.report_notes(logical_id, self._tools.report, self._tools.is_available)
            definition = self._resolved.definitions.get(logical_id)
            with ExplainedDeploy(self._resolved.stack, logical_id, wanted.type, definition):
                self.created[logical_id] = self._provisioner.apply(action, wanted)
        reason = change_reason(action, old, wanted.row, wanted.properties)
        physical_id = self.created[logical_id].physical_id
        self.changes.append(Change(action, logical_id, wanted.type, physical_id, reason))

    def _leave_out(self, wanted: Wanted) -> None:
        self._resolved.report_notes(wanted.logical_id, self._tools.report, self._tools.is_available)
        self.left_out[wanted.logical_id] = wanted.type
        created = wanted.row.predict(self._naming(wanted.logical_id, 0), wanted.properties)
        self.created[wanted.logical_id] = created
        if self._is_strict and wanted.logical_id not in self._left_out_before:
            self._provisioner.report_left_out(wanted, created)

    def _record_failure(self, logical_id: str, error: BaseException) -> None:
        self.failed = self._wanted_with(logical_id, {}, "")
        self._provisioner.fail(self.failed, failure_reason(error))

    # Deleting

    def _removed(self) -> Iterator[StoredResource]:
        """Yields stored resources that are no longer in the template, latest first."""
        return (one for one in self._rows.unwanted(self._names()) if not self._is_in_stack(one))

    def _names(self) -> set[str]:
        return set(self._evaluation.order) - self.left_out.keys()

    def _is_in_stack(self, resource: StoredResource) -> bool:
        return any(
            (created.physical_id, self._resolved.type(logical_id)) == (resource.physical_id, resource.type)
            for logical_id, created in self.created.items()
        )

    def removed(self) -> list[StoredResource]:
        """Returns the resources that the stack does not need after a deploy, latest first.

        The rows of resources that have another logical id now are deleted.
        """
        removed = []
        for resource in self._rows.unwanted(self._names()):
            if not self._is_in_stack(resource):
                removed.append(resource)
            elif resource.logical_id not in self.created:
                self._rows.forget(resource)
        return removed

    def delete_removed(self, removed: list[StoredResource]) -> None:
        """Deletes resources that the stack does not need. What cannot be deleted is reported."""
        for resource in removed:
            action = Action.RETAIN if resource.is_retained else Action.DELETE
            try:
                if resource.is_retained:
                    keep_resource(self._journal, resource)
                else:
                    naming = self._naming(resource.logical_id, resource.generation)
                    server = self._provisioner.server
                    delete_resource(self._tools, self._journal, naming, resource, server)
            except (ResourceError, ConfigurationError) as error:  # the next deploy retries
                self._tools.report(f"{resource.logical_id} ({resource.type}) could not be deleted: {error}")
                continue
            self.changes.append(Change(action, resource.logical_id, resource.type, resource.physical_id))


def failure_reason(error: BaseException) -> str:
    """Returns the reason of a failure, without the place in the template."""
    match error:
        case DeployError():
            return str(error.reason)
        case TemplateError():
            return error.message
        case SfnError():
            return str(error)
        case Exception():
            return f"Internal Failure: {error}"
        case _:
            return INTERRUPTED
