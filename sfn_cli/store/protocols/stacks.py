"""Stacks: the interface of every store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.store.records.stacks import (
        DeletedStack,
        StackEvent,
        StackOperation,
        StackStep,
        StoredResource,
        StoredStack,
    )


class Stacks(Protocol):
    """Stacks by name, each with its resources. Events are stored in the same transaction."""

    def find(self, name: str) -> StoredStack | None: ...
    def find_by_arn(self, arn: str) -> StoredStack | None: ...
    def in_folder(self, folder: str) -> list[StoredStack]:
        """Returns the stacks of a project's folder, by name."""

    def page(self, after: str, limit: int) -> list[StoredStack]: ...
    def save(self, stack: StoredStack, event: StackEvent | None = None) -> None:
        """Stores a stack, replacing the one with its name; the stored resources stay."""

    def begin(self, stack: StoredStack, operation: StackOperation, event: StackEvent | None = None) -> None:
        """Stores a stack and the operation that begins.

        If the stack has an unfinished operation, its state before and its steps stay: a rollback
        returns to the last stable state. Operations of the verbs CLEANUP and DELETE are only ever
        continued: they delete the steps of earlier ones.
        """

    def finish(self, stack: StoredStack, event: StackEvent | None = None) -> None:
        """Stores a stack, and deletes its operation: nothing can be rolled back any more."""

    def delete(
        self,
        name: str,
        at: int,
        event: StackEvent | None = None,
        resources: Sequence[StoredResource] = (),
    ) -> bool:
        """Deletes a stack; `resources` are those that it had.

        The stack's row is kept with them among the deleted stacks for as long as CloudFormation keeps it; its
        change sets and its operation are deleted too.
        """

    def resources(self, name: str) -> list[StoredResource]:
        """Returns the resources of a stack in the order of their positions."""

    def save_resource(
        self,
        name: str,
        resource: StoredResource,
        events: Sequence[StackEvent] = (),
        step: StackStep | None = None,
    ) -> None:
        """Stores a resource, replacing the one with its logical and physical ids.

        `step` is added to those of the stack's operation, in the same transaction.
        """

    def delete_resource(
        self, name: str, logical_id: str, physical_id: str, events: Sequence[StackEvent] = ()
    ) -> None: ...
    def owners(self, type: str, physical_id: str) -> list[StoredStack]:
        """Returns the stacks that have this resource, by name."""

    def exports(self) -> dict[str, str]:
        """Returns the exported outputs of all stacks, by export name."""

    def exporter(self, export: str) -> str | None:
        """Returns the name of the stack that has an export."""

    def importers(self, export: str) -> list[str]:
        """Returns the names of the stacks that use an export, in alphabetical order."""


class StackEvents(Protocol):
    """What happened to stacks, by their ARNs; also to deleted ones."""

    def add(self, event: StackEvent) -> None:
        """Stores an event, later than all others of its stack."""

    def page(self, stack_arn: str, before: int | None, limit: int) -> list[StackEvent]:
        """Returns up to `limit` events of a stack, newest first: those older than the event `before`."""


class DeletedStacks(Protocol):
    """Stacks that were deleted, by ARN."""

    def find(self, arn: str) -> DeletedStack | None: ...
    def page(self, after: tuple[int, str] | None, limit: int) -> list[DeletedStack]:
        """Returns deleted stacks, latest first; `after` is the time and the ARN of the last one seen."""


class StackOperations(Protocol):
    """The operation of each stack that is being changed, or can be rolled back; with its steps."""

    def find(self, stack_arn: str) -> StackOperation | None: ...
    def unfinished(self) -> list[StackOperation]:
        """Returns all operations, oldest first."""

    def steps(self, stack_arn: str) -> list[StackStep]:
        """Returns the steps of a stack's operation, oldest first."""

    def forget_step(self, id: int) -> None: ...
    def cancel(self, stack_arn: str) -> bool:
        """Marks a stack's operation as cancelled."""
