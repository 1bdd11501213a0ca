"""The rows of a stack's resources in the store, which one deploy reads and changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

    from sfn_cli.stacks.deployment.records.journal import StackJournal
    from sfn_cli.store.records.stacks import StackEvent, StackStep, StoredResource


class ResourceRows:
    """The rows of one stack.

    `stored` has a row for each logical id. `surplus` has the rows of replaced resources, which are
    deleted after every step that can fail.
    """

    def __init__(self, journal: StackJournal) -> None:
        self._journal = journal
        rows = journal.stacks.resources(journal.name)
        self.stored = {row.logical_id: row for row in rows}
        self.surplus = [row for row in rows if self.stored[row.logical_id] is not row]
        """Initially the resources that a killed deploy replaced but did not delete."""
        self._position = max((row.position for row in rows), default=0)

    def next_position(self) -> int:
        self._position += 1
        return self._position

    def save(
        self,
        resource: StoredResource,
        *events: StackEvent,
        step: StackStep | None = None,
        instead_of: StoredResource | None = None,
    ) -> None:
        self._journal.save_resource(resource, *events, step=step)
        if instead_of is not None and instead_of.physical_id != resource.physical_id:
            self.forget(instead_of)

    def forget(self, resource: StoredResource) -> None:
        """Deletes a row, but not the resource."""
        self._journal.forget_resource(resource.logical_id, resource.physical_id)

    def unwanted(self, logical_ids: Container[str]) -> list[StoredResource]:
        """Returns the rows that a stack with these logical ids does not need, latest first."""
        gone = [row for row in self.stored.values() if row.logical_id not in logical_ids]
        return sorted([*gone, *self.surplus], key=lambda row: -row.position)
