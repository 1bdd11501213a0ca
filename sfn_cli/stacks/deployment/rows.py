"""The rows of a stack's resources in the store, which one deploy reads and changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

    from sfn_cli.store.protocols.stacks import Stacks
    from sfn_cli.store.records.stacks import StoredResource


class ResourceRows:
    """The rows of one stack.

    `stored` has a row for each logical id. `surplus` has the rows of replaced resources, which are
    deleted after every step that can fail.
    """

    def __init__(self, stacks: Stacks, stack: str) -> None:
        self._stacks = stacks
        self._stack = stack
        rows = stacks.resources(stack)
        self.stored = {row.logical_id: row for row in rows}
        self.surplus = [row for row in rows if self.stored[row.logical_id] is not row]
        """Initially the resources that a killed deploy replaced but did not delete."""
        self._position = max((row.position for row in rows), default=0)

    def next_position(self) -> int:
        self._position += 1
        return self._position

    def save(self, resource: StoredResource, *, instead_of: StoredResource | None = None) -> None:
        self._stacks.save_resource(self._stack, resource)
        if instead_of is not None and instead_of.physical_id != resource.physical_id:
            self.forget(instead_of.logical_id, instead_of.physical_id)

    def forget(self, logical_id: str, physical_id: str) -> None:
        """Deletes a row, but not the resource."""
        self._stacks.delete_resource(self._stack, logical_id, physical_id)

    def unwanted(self, logical_ids: Container[str]) -> list[StoredResource]:
        """Returns the rows that a stack with these logical ids does not need, latest first."""
        gone = [row for row in self.stored.values() if row.logical_id not in logical_ids]
        return sorted([*gone, *self.surplus], key=lambda row: -row.position)
