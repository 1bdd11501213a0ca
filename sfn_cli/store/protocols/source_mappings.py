"""Event source mappings and pipes: the interface of every store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from sfn_cli.store.records.events.deliveries import NewDelivery
    from sfn_cli.store.records.events.source_mappings import ShardPosition, SourceMapping


class SourceMappings(Protocol):
    """Mappings and pipes. `kind` is MAPPING or PIPE."""

    def create(self, new: SourceMapping) -> SourceMapping | None:
        """Returns the stored mapping; None if its name is taken."""

    def find(self, kind: str, name: str) -> SourceMapping | None: ...
    def page(
        self, kind: str, after: str, limit: int, *, source: str | None = None, function: str | None = None
    ) -> list[SourceMapping]:
        """Returns mappings by name; only those of a source's ARN or a function's name, if given."""

    def change(
        self, kind: str, name: str, change: Callable[[SourceMapping], SourceMapping]
    ) -> SourceMapping | None: ...
    def delete(self, kind: str, name: str) -> SourceMapping | None:
        """Deletes a mapping with its positions. Returns it."""

    def any_enabled(self) -> bool:
        """Whether a worker must poll: a mapping is enabled, and its stack, if it has one, not stopped."""


class MappingQueue(Protocol):
    """Mappings as the worker sees them that polls their sources."""

    def active(self) -> list[SourceMapping]:
        """Returns the enabled mappings that are not in a stopped stack."""

    def take_shard(
        self, id: int, stream: str, shard: str, owner: int, live: Collection[int]
    ) -> ShardPosition | None:
        """Makes a worker the owner of a shard; None if another live worker owns it."""

    def advance(
        self,
        id: int,
        stream: str,
        shard: str,
        owner: int,
        new: ShardPosition,
        deliveries: Sequence[NewDelivery],
        at: int,
    ) -> bool:
        """Stores how far the owner has read, and the deliveries for what failed: one transaction.

        Returns False, and stores nothing, if the worker no longer owns the shard.
        """

    def note_results(
        self, results: Sequence[tuple[NewDelivery, str, str | None]], last: Mapping[int, str], at: int
    ) -> None:
        """Stores what came of batches: (delivery, status, result), and LastProcessingResult by mapping."""
