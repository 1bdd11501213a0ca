"""EventBridge connections: the interface of every store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.store.records.events.connections import Connection


class Connections(Protocol):
    """EventBridge connections. `stem` is an ARN without the id at its end."""

    def create(self, new: Connection) -> bool: ...
    def find(self, stem: str) -> Connection | None: ...
    def resolve(self, arn: str, stem: str, name: str) -> Connection | None:
        """Returns the connection of this ARN, or else of this stem, or else of this name."""

    def page(self, prefix: str, state: str | None, after: str, limit: int) -> list[Connection]: ...
    def change(self, stem: str, change: Callable[[Connection], Connection]) -> Connection | None: ...
    def delete(self, stem: str) -> Connection | None: ...
