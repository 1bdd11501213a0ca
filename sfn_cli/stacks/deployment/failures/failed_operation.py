"""Ends an operation that has failed: rolls the stack back, deletes it, or leaves it as it is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sfn_cli.stacks.deployment import names
from sfn_cli.stacks.deployment.deletion import continue_deletion
from sfn_cli.stacks.deployment.failures.rollback import Rollback
from sfn_cli.stacks.deployment.options import DELETE, DO_NOTHING

if TYPE_CHECKING:
    from collections.abc import Collection

    from sfn_cli.api.service import Service
    from sfn_cli.stacks.deployment.records.journal import StackJournal
    from sfn_cli.stacks.deployment.tools import Tools
    from sfn_cli.store.records.stacks import StackOperation, StoredStack

REVIEW = "REVIEW_IN_PROGRESS"
"""The status of a stack that has only change sets so far."""


def is_first_deploy(before: StoredStack | None) -> bool:
    """Whether an operation creates a stack, from the stack before it."""
    return before is None or before.status == REVIEW or before.status.startswith(("CREATE_IN", "ROLLBACK"))


class FailedOperation:
    """An operation on a stack that has failed or was killed, while the stack's lock is held."""

    def __init__(
        self, service: Service, journal: StackJournal, tools: Tools, operation: StackOperation
    ) -> None:
        self._service = service
        self._journal = journal
        self._tools = tools
        self._operation = operation
        self._is_first = is_first_deploy(operation.before)
        self._prefix = "" if self._is_first else "UPDATE_"
        self._by_request = bool(operation.options.get("by_request"))

    def end(self, event_reason: str, shown_reason: str) -> None:
        """Does what the operation's options say about failures.

        `shown_reason` is stored with the stack, `event_reason` in the event.
        """
        choice = self._operation.options.get("on_failure")
        if choice == DO_NOTHING:
            status = "CREATE_FAILED" if self._operation.verb == "CREATE" else "UPDATE_FAILED"
            self._journal.save(self._stack(status, shown_reason), event_reason)
        elif choice == DELETE and self._is_first:
            deleting = self._stack("DELETE_IN_PROGRESS", shown_reason)
            self._journal.begin(deleting, self._operation._replace(verb="DELETE"), event_reason)
            continue_deletion(self._service, self._journal, self._tools, deleting)
        else:
            self.begin_rollback(event_reason, shown_reason)
            self.roll_back(shown_reason)

    def begin_rollback(self, event_reason: str, shown_reason: str | None) -> None:
        status = f"{self._prefix}ROLLBACK_IN_PROGRESS"
        self._journal.save(self._stack(status, shown_reason), event_reason)

    def roll_back(self, shown_reason: str | None, skipped: Collection[str] = ()) -> None:
        """Returns the stack to what it was before the operation, or deletes all that it has created."""
        stack = self._stack("", None)
        naming = partial(names.resource_naming, self._service.settings, stack.name, stack.folder)
        rollback = Rollback(self._journal, self._tools, naming, skipped)
        failed = rollback.change_back()
        if failed and self._by_request:
            reason = f"The following resource(s) failed to update: [{', '.join(failed)}]. "
            self._journal.save(self._stack(f"{self._prefix}ROLLBACK_FAILED", reason), reason)
            return
        if not self._is_first and self._by_request:
            cleaning = self._stack("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", shown_reason)
            self._journal.save(cleaning)
        failed = rollback.delete_new()
        if failed and self._is_first and self._by_request:
            reason = f"The following resource(s) failed to delete: [{', '.join(failed)}]. "
            self._journal.save(self._stack("ROLLBACK_FAILED", reason), reason)
            return
        self._journal.finish(self._rolled_back(f"{self._prefix}ROLLBACK_COMPLETE", shown_reason))

    def _rolled_back(self, status: str, reason: str | None) -> StoredStack:
        """Returns the stack as it was before the operation, with a new status."""
        stack, before = self._stack(status, reason), self._operation.before
        if before is None or self._is_first:
            return stack
        return stack._replace(
            kind=before.kind,
            source=before.source,
            parameters=before.parameters,
            outputs=before.outputs,
            left_out=before.left_out,
            template=before.template,
            details=before.details,
            imports=before.imports,
        )

    def _stack(self, status: str, reason: str | None) -> StoredStack:
        found = self._service.stacks.find(self._journal.name)
        assert found is not None
        return found._replace(status=status, reason=reason, updated_at=self._service.clock())
