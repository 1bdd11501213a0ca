"""Stacks while they run: the interface of every store.

A stack's queues, tables and other resources of this kind are in the memory of the local AWS services,
which forget them when they stop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sfn_cli.store.records.stacks import LostResource, StoredResource


class RunningStacks(Protocol):
    """What happens to stacks between their deploys."""

    def lost_resources(self, start: str) -> list[LostResource]:
        """Returns the resources that earlier starts of the local AWS services had.

        `start` is the current one. They are in the order of their creation: by stack, then position.
        """

    def move_resource(self, stack: str, old: StoredResource, new: StoredResource) -> bool:
        """Changes where a resource exists, its ids and attributes.

        Returns False if it was changed or deleted in the meantime.
        """

    def note_lost_data(self, stack: str, at: int) -> None:
        """Stores that the stack's resources exist again, but without their data."""

    def stop(self, stack: str, *, is_stopped: bool) -> bool:
        """Stops, or starts again, the schedules and event sources of a stack.

        Returns whether the stack exists.
        """
