"""What a store contains, in numbers: the interface of every store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection

    from sfn_cli.store.records.store_figures import FunctionQueue, StoreFigures


class StoreCounts(Protocol):
    """Numbers about the whole store."""

    def figures(self) -> StoreFigures: ...
    def function_queues(self, live: Collection[int]) -> list[FunctionQueue]:
        """Returns the queue of each function that has one, by name; `live` are the live workers."""

    def size_bytes(self) -> int:
        """Returns the size of the store's files."""
