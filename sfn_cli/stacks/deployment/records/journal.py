"""Writes what happens to one stack: its rows, its resources' rows, and an event for each change.

Every row is written together with its event. The events of a deploy from the terminal begin with its
first change, so that a deploy that changes nothing leaves none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.stacks.readers.nested_stacks import STACK
from sfn_cli.store.records.stacks import StackEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.store.records.stacks import StackOperation, StackStep, StoredResource, StoredStack

INITIATED = "Resource creation Initiated"
"""The reason of the second event of a creation, the first one with the physical id."""


class StackJournal:
    """The rows and events of one stack during one operation."""

    def __init__(self, service: Service, name: str, arn: str, *, token: str | None = None) -> None:
        """`token` is the ClientRequestToken of the operation."""
        self.stacks = service.stacks
        self.operations = service.stack_operations
        self.name = name
        self.arn = arn
        self._events = service.stack_events
        self._clock = service.clock
        self._token = token
        self._first: StackEvent | None = None
        """The stack's first event, until a change of a resource is written."""
        self.is_silent = False
        """Whether the stack's events are left out, because no resource has changed so far."""

    # The stack

    def begin(self, stack: StoredStack, operation: StackOperation, reason: str | None = None) -> None:
        """Stores a stack and its operation, with an event."""
        event = self.stack_event(stack.status, reason)
        if self.is_silent:
            self._first = event
        self.stacks.begin(stack, operation, self._loud(event))

    def save(self, stack: StoredStack, reason: str | None = None) -> None:
        self.stacks.save(stack, self._loud(self.stack_event(stack.status, reason)))

    def finish(self, stack: StoredStack, reason: str | None = None) -> None:
        """Stores a stack whose operation has ended, with an event."""
        self.stacks.finish(stack, self._loud(self.stack_event(stack.status, reason)))

    def delete(self, resources: Sequence[StoredResource]) -> None:
        """Deletes the stack, with its last event; `resources` are those that it had."""
        self.stacks.delete(self.name, self._clock(), self.stack_event("DELETE_COMPLETE", None), resources)

    def stack_event(self, status: str, reason: str | None) -> StackEvent:
        return StackEvent(
            self.arn, self.name, self.arn, STACK, status, reason, None, self._token, self._clock()
        )

    def _loud(self, event: StackEvent) -> StackEvent | None:
        return None if self.is_silent else event

    # Its resources

    def save_resource(
        self, resource: StoredResource, *events: StackEvent, step: StackStep | None = None
    ) -> None:
        """Stores a resource with its events, and the step that a rollback needs."""
        at = self._clock()
        reason = events[-1].reason if events and events[-1].reason != INITIATED else None
        saved = resource._replace(updated_at=at, reason=reason)
        self.stacks.save_resource(self.name, saved, self._with_first(events), step)

    def forget_resource(self, logical_id: str, physical_id: str, *events: StackEvent) -> None:
        """Deletes the row of a resource, but not the resource."""
        self.stacks.delete_resource(self.name, logical_id, physical_id, self._with_first(events))

    def add_event(self, event: StackEvent) -> None:
        """Adds an event of something that has no row."""
        for one in self._with_first([event]):
            self._events.add(one)

    def event_without_row(self, logical_id: str, type: str, status: str, reason: str) -> StackEvent:
        """Returns an event of a resource that does not exist."""
        return StackEvent(self.arn, logical_id, "", type, status, reason, None, self._token, self._clock())

    def event(
        self, resource: StoredResource, status: str, reason: str | None = None, physical_id: str | None = None
    ) -> StackEvent:
        """Returns an event of a resource; `physical_id` replaces the resource's id."""
        return StackEvent(
            self.arn,
            resource.logical_id,
            resource.shown_id if physical_id is None else physical_id,
            resource.type,
            status,
            reason,
            None,  # the resolved properties may contain secrets
            self._token,
            self._clock(),
        )

    def _with_first(self, events: Sequence[StackEvent]) -> list[StackEvent]:
        if not events:
            return []
        first = [] if self._first is None else [self._first]
        self._first, self.is_silent = None, False
        return [*first, *events]
